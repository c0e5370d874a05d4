// Calls to the page's own server.

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || `the server answered ${response.status}`);
  return answer;
}

const person = (channel, id) => `api/${channel}/customers/${encodeURIComponent(id)}`;

export const channels = () => call("GET", "api/channels");
export const customers = (channel) => call("GET", `api/${channel}/customers`);
export const act = (channel, id, verb, body) => call("POST", `${person(channel, id)}/${verb}`, body);
export const change = (channel, id, body) => call("PATCH", person(channel, id), body);
export const events = (channel, id) => new EventSource(`${person(channel, id)}/events`);
export const mediaUrl = (channel, id) => `api/${channel}/media/${encodeURIComponent(id)}`;

export async function upload(channel, file) {
  const response = await fetch(`api/${channel}/files?filename=${encodeURIComponent(file.name)}`, {
    method: "POST",
    headers: { "content-type": file.type || "application/octet-stream" },
    body: file,
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || "the file was not taken");
  return answer.id;
}
