/** What people use in a chat with a shop, not the whole of Unicode. Screen readers know their names. */
export const EMOJIS = [
  "😀 😃 😄 😁 😆 😅 😂 🤣 😊 🙂 🙃 😉 😍 🥰 😘 😋 😜 🤪 🤔 🤨 😐 😑 😶 🙄 😏 😬 😮 😯 😲 😳 🥺 😢 😭 😤 😠 😡 🤯 😱 😰 😥 😓 🤗 🤭 🤫 😴 🤒 🤕 🤧 🥳 😎 🤓 😇 🙈 🙉 🙊",
  "👍 👎 👌 ✌️ 🤞 🤙 👈 👉 👆 👇 ☝️ ✋ 👋 👏 🙌 🤝 🙏 💪 ✍️ 🤷 🤦 🙋 ❤️ 🧡 💛 💚 💙 💜 🖤 💔 💯 ✨ ⭐ 🔥 🎉 🎊 🎁 🎂",
  "☀️ ⛅ 🌧️ ❄️ 🌈 🌸 🌹 🌻 🌲 🍀 🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐸 🐝 🦋 🍎 🍋 🍓 🍒 🥑 🍞 🧀 🍕 🍰 🍫 ☕ 🍵 🍷 🍺",
  "🏠 🚗 🚲 🚆 ✈️ 🚚 📦 📫 🛒 🛍️ 💳 💶 🧾 👕 👗 👟 🎒 💻 📱 ⌚ 📷 🔋 💡 🔧 🔑 🔒 📅 ⏰ 📎 ✏️ 📄 📞 ✉️ 🔍 ✅ ❌ ❗ ❓ ⚠️ ➡️ ⬅️",
]
  .join(" ")
  .split(" ");
