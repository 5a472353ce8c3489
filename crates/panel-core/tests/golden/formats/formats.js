// Writes formats.xlsb: node formats.js   (SheetJS 0.18.5, `npm install xlsx`). A cover, and a sheet with the numbers and
// formats of formats.py; SheetJS writes no raised parts, and cells in a short form without their columns.
const X = require("xlsx");
const text = v => ({ t: "s", v });
const number = (v, z) => ({ t: "n", v, z });
const data = { "!ref": "A3:E10" };
const put = (row, cells) => cells.forEach((cell, column) => {
  if (cell) data[X.utils.encode_cell({ r: row - 1, c: column })] = cell;
});
put(3, ["city", "year", "rate", "share", "gdp"].map(text));
put(4, [text("a"), number(2019), number(0.07, "0%"), number(0.125, "0.0%"), number(1290)]);
put(5, [text("b"), number(2019), number(12.5, '0.0"%"'), number(-0.29, "0.0%"), number(3400)]);
put(8, [text("c"), number(2020), number(0), number(0.005, "0.0%"), number(129)]);
put(9, [text("d"), number(2020), number(0.08, "0%"), number(0.08, "0.0%"), number(12901)]);
put(10, [text("e"), number(2020), null, null, number(12901)]);
const cover = { "!ref": "A1", A1: text("about") };
X.writeFile({ SheetNames: ["cover", "data"], Sheets: { cover, data } }, "formats.xlsb", { bookSST: true, compression: true });
