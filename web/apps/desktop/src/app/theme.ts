import { createTheme } from "@mantine/core";

export const theme = createTheme({
  fontFamily: "var(--r-font)",
  primaryColor: "blue",
  defaultRadius: "md",
  cursorType: "pointer",
});
