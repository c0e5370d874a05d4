import { provide } from "../host";
import { fileTexts as texts } from "../texts/en";
import { FileLink } from "./FileLink";
import { Uploads } from "./Uploads";
import css from "./files.css?inline";

export interface FilesPart {
  FileLink: typeof FileLink;
  Uploads: typeof Uploads;
}

provide({ FileLink, Uploads, css, texts });
