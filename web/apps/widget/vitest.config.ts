/** Views in tests are compiled as they are built: without the notes that development adds to elements. */
export default {
  oxc: { jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment", development: false } },
};
