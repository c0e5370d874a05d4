import fields from "../form/field.css?inline";
import { provide } from "../host";
import { sheetTexts as texts } from "../texts/en";
import { EndQuestion } from "./EndQuestion";
import { Ended } from "./Ended";
import { MenuItems } from "./MenuItems";
import { Transcript } from "./Transcript";
import css from "./sheets.css?inline";

export interface SheetsPart {
  EndQuestion: typeof EndQuestion;
  Ended: typeof Ended;
  MenuItems: typeof MenuItems;
  Transcript: typeof Transcript;
}

provide({ EndQuestion, Ended, MenuItems, Transcript, css: fields + css, texts });
