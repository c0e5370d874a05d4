import fields from "../form/field.css?inline";
import { provide } from "../host";
import { sheetTexts as texts } from "../texts/en";
import { EndQuestion } from "./EndQuestion";
import { Survey } from "./Survey";
import { Transcript } from "./Transcript";
import css from "./sheets.css?inline";

export interface SheetsPart {
  EndQuestion: typeof EndQuestion;
  Survey: typeof Survey;
  Transcript: typeof Transcript;
}

provide({ EndQuestion, Survey, Transcript, css: fields + css, texts });
