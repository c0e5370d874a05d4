// The page's own way into the chat, through the widget's JavaScript interface.
document.querySelector("[data-chat]")?.addEventListener("click", () => window.Rapport?.open());
