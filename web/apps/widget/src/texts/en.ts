const badEmail = "Please enter an e-mail address.";
const tooLong = "{n} characters too many";

/**
 * English, by the part that says it. A site may replace any text by its key (`texts` of the session).
 */
export const panelTexts = {
  chat: "Chat",
  online: "We're online",
  closedNow: "We're closed right now",
  closedText: "Please come back later.",
  connecting: "Connecting…",
  offline: "No connection. What you write will be sent later.",
  unavailable: "The chat isn't available on this page.",
  minimise: "Minimise chat",
  ended: "The chat has ended.",
};

/** The texts of a conversation: they load with it. */
export const chatTexts = {
  waiting: "Someone will be with you shortly.",
  position: "You're number {n} in the queue.",
  next: "You're next.",
  messages: "Messages",
  earlier: "Show earlier messages",
  newMessages: "New messages",
  today: "Today",
  yesterday: "Yesterday",
  you: "You",
  team: "Support",
  sending: "Sending…",
  sent: "Sent",
  seen: "Seen",
  failed: "Not sent: {reason}",
  edit: "Edit",
  typing: "{name} is typing",
  typingPlain: "Typing",
  joined: "{name} has joined",
  left: "{name} has left",
  write: "Write a message",
  send: "Send",
  attach: "Attach a file",
  emoji: "Emojis",
  counter: "{n} of {max} characters",
  tooLong,
  menu: "More",
  end: "End chat",
  endedByYou: "You ended the chat.",
  endedByAgent: "{name} ended the chat.",
  sensitiveRemoved: "Card or health data was removed from the message.",
};

/** The form before a chat. */
export const formTexts = {
  optional: "optional",
  choose: "Please choose",
  question: "How can we help?",
  startChat: "Start chat",
  starting: "Starting…",
  missing: "Please fill in.",
  badEmail,
  startFailed: "The chat couldn't be started: {reason}",
  tooLong,
};

/** Files, in the composer and in messages. */
export const fileTexts = {
  dropHere: "Drop files here",
  uploading: "Uploading {name}",
  remove: "Remove {name}",
  tooLarge: "{name} is larger than {max}.",
  wrongType: "Files like {name} can't be sent here.",
  emptyFile: "{name} is empty.",
  uploadFailed: "{name} couldn't be uploaded.",
  refusedFile: "This file was refused.",
};

/** Questions at the foot of the panel. */
export const sheetTexts = {
  soundOn: "Turn sound on",
  soundOff: "Turn sound off",
  again: "Start a new chat",
  transcript: "Get a transcript by e-mail",
  endQuestion: "End this chat?",
  keep: "Keep chatting",
  rateOf: "{n} of 5",
  rateWorst: "not at all",
  rateBest: "very",
  rateWhy: "Would you like to tell us why?",
  rated: "Thank you for your answer.",
  rateLate: "The time for this question is over.",
  transcriptSent: "The transcript is on its way to {email}.",
  email: "E-mail address",
  badEmail,
  cancel: "Cancel",
  close: "Close",
};

export type Texts = Record<
  | keyof typeof panelTexts
  | keyof typeof chatTexts
  | keyof typeof formTexts
  | keyof typeof fileTexts
  | keyof typeof sheetTexts,
  string
>;
