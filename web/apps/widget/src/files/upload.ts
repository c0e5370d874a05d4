import type { Attachment } from "../protocol/frames";

/** A file in the composer: chosen, on its way, ready to be sent, or refused with the reason in words. */
export interface Upload {
  readonly file: File;
  readonly share: number;
  readonly attachment?: Attachment;
  readonly problem?: string;
  /** Stops it; not there before it has begun. */
  readonly abort?: () => void;
}

interface Answer {
  attachment?: Attachment;
  error?: { message?: string };
}

/** Sends a file, reporting the share that is sent; what it answers stops it. */
export function uploadFile(
  url: string,
  token: string,
  file: File,
  onShare: (share: number) => void,
  onDone: (attachment: Attachment | null, reason: string | null) => void,
): () => void {
  // fetch can't report the progress of a request, XMLHttpRequest can.
  const request = new XMLHttpRequest();
  request.open("POST", `${url}?filename=${encodeURIComponent(file.name)}`);
  request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  request.responseType = "json";
  request.upload.onprogress = (event) => onShare(event.loaded / Math.max(1, event.total));
  request.onload = () => {
    const answer = request.response as Answer | null;
    const attachment = answer?.attachment;
    if (attachment?.state === "ready") onDone(attachment, null);
    else onDone(null, attachment?.refusal?.message ?? answer?.error?.message ?? null);
  };
  request.onerror = () => onDone(null, null);
  request.send(file);
  return () => request.abort();
}

const UNITS = ["B", "kB", "MB", "GB"];

export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
