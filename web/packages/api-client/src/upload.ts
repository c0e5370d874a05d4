import type { Attachment } from "./entities.ts";
import { ApiError, errorFrom, newKey, type Http } from "./http.ts";

/** Streams one file up. XMLHttpRequest, because fetch does not report how much has been sent. */
export function uploadTo(
  http: Http,
  /** With `?` or `&` at its end. */
  path: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const name = encodeURIComponent(file.name === "" ? "image.png" : file.name);
    request.open("POST", http.url(`${path}filename=${name}`));
    request.setRequestHeader("Content-Type", file.type === "" ? "application/octet-stream" : file.type);
    request.setRequestHeader("Idempotency-Key", newKey());
    if (http.csrfToken !== null) request.setRequestHeader("X-CSRF-Token", http.csrfToken);
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      const answer = request.response as { attachment?: Attachment } | null;
      if (request.status < 300 && answer?.attachment !== undefined) resolve(answer.attachment);
      else reject(errorFrom(request.status, answer));
    };
    request.onerror = () => reject(new ApiError("unreachable", "The server did not answer", 0, {}));
    request.onabort = () => reject(new ApiError("cancelled", "Cancelled", 0, {}));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
