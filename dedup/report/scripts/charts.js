"use strict";
// The charts, drawn by ECharts as SVG. What is clicked leads to the list behind it.
report.charts = (() => {
  const { figures, chartOptions } = report;
  const PRINTED = 680; // pixels that are as wide as a page of A4 or Letter with its margins
  const drawn = new Map();

  /** The list behind what was clicked: of a flow or one end of it, else of a bar. */
  function addressOf(chart, point) {
    if (chart.kind === "flows") return point.data.address;
    const [, , addresses] = chartOptions.rowsOf(chart)[point.dataIndex] ?? [null, null, []];
    return addresses[chart.clicks ?? Number(point.seriesId)];
  }

  function begin(box, chart) {
    const made = echarts.init(box, null, { renderer: "svg", width: box.clientWidth, height: 100 });
    made.on("click", (point) => {
      const address = addressOf(chart, point);
      if (address) location.hash = address;
    });
    return made;
  }

  function draw(box, width = box.clientWidth) {
    const chart = figures.charts[box.dataset.chart];
    if (!width) return; // hidden: drawn when it is shown
    const { height, ...option } = chartOptions[chart.kind](chart, width);
    if (!drawn.has(box)) drawn.set(box, begin(box, chart));
    const instance = drawn.get(box);
    instance.resize({ width, height });
    instance.setOption(option, { notMerge: true });
    // A printed page can have another width: the style sheet then scales the picture.
    box.querySelector("svg").setAttribute("viewBox", `0 0 ${width} ${height}`);
  }

  /** Draws all, and draws anew what gets another width. */
  function connect() {
    const boxes = [...document.querySelectorAll(".drawing")];
    const widths = new ResizeObserver((entries) => {
      for (const { target } of entries) {
        if (target.clientWidth !== drawn.get(target)?.getWidth()) draw(target);
      }
    });
    boxes.forEach((each) => widths.observe(each));
    addEventListener("beforeprint", () => boxes.forEach((each) => draw(each, PRINTED)));
    addEventListener("afterprint", () => boxes.forEach((each) => draw(each)));
  }

  return { connect };
})();
