"use strict";
// The charts, drawn by ECharts as SVG. Every colour is a variable of the style sheet: light, dark
// and print need no drawing anew. Emphasis is off: the library cannot lighten a variable.
report.charts = (() => {
  const { figures, visible, count } = report;
  const INK = "var(--ink)";
  const FAINT = "var(--faint)";
  const LINE = "var(--line)";
  const TEXT = { color: INK, fontSize: 12, fontFamily: "system-ui, sans-serif" };
  const PRINTED = 680; // pixels that are as wide as a page of A4 or Letter with its margins
  const BAR = 26;
  const drawn = new Map();

  function colour(name) {
    return `var(--${name})`;
  }

  /** A number of a chart in words: counts with separators, shares with three decimals. */
  function inWords(value) {
    return Number.isInteger(value) ? count(value) : value.toFixed(3);
  }

  function tooltip(formatter, more = {}) {
    return {
      renderMode: "richText", // the other mode writes HTML
      confine: true,
      backgroundColor: "var(--ground)",
      borderColor: LINE,
      textStyle: TEXT,
      formatter,
      ...more,
    };
  }

  function common(more) {
    return { animation: false, textStyle: TEXT, ...more };
  }

  function legend(chart, seriesNames) {
    return seriesNames.length < 2
      ? undefined
      : { top: 0, left: 0, textStyle: TEXT, itemWidth: 14, itemHeight: 10, selectedMode: false, itemGap: 14 };
  }

  function axis(more) {
    return {
      axisLabel: { ...TEXT, color: FAINT, hideOverlap: true },
      axisLine: { lineStyle: { color: LINE } },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: LINE, opacity: 0.5 } },
      nameTextStyle: { ...TEXT, color: FAINT },
      ...more,
    };
  }

  function valueAxis(more = {}) {
    return axis({ type: "value", minInterval: 1, splitNumber: 4, axisLine: { show: false }, ...more });
  }

  /** Short numbers for an axis. */
  function brief(value) {
    if (value >= 1e6) return `${value / 1e6}M`;
    return value >= 1e4 ? `${value / 1e3}k` : count(value);
  }

  /** An axis from 0 to 1. */
  function unitAxis(more = {}) {
    return valueAxis({ min: 0, max: 1, minInterval: 0, interval: 0.2, ...more });
  }

  /** The rows that are drawn: the table has all. */
  function rowsOf(chart) {
    return chart.rows.filter(([label], place) => label !== chart.left_out && place < (chart.most ?? Infinity));
  }

  /** The series of bars, stacked, across or upwards; those without a number are not drawn. */
  function series(chart, isAcross, rows) {
    const names = chart.headings.slice(1, 1 + (chart.series ?? chart.headings.length));
    const parts = names.map((name, place) => ({
      id: String(place),
      name,
      type: "bar",
      stack: "all",
      barMaxWidth: isAcross ? 20 : 40,
      barCategoryGap: "25%",
      cursor: rows.some((row) => row[2][chart.clicks ?? place]) ? "pointer" : "default",
      emphasis: { disabled: true },
      itemStyle: { color: colour(chart.colors[place]) },
      data: rows.map(([, values]) => values[place]),
      label: {
        ...TEXT,
        show: names.length === 1 && (isAcross || rows.length <= 16),
        position: isAcross ? "right" : "top",
        formatter: ({ value }) => count(value),
      },
    }));
    return parts.filter(({ data }, place) => place === 0 || data.some((value) => value > 0));
  }

  function rowTooltip(chart, rows) {
    return tooltip((points) => {
      const [label, values] = rows[points[0].dataIndex];
      const lines = values.map((value, place) => `${chart.headings[place + 1]}: ${inWords(value)}`);
      return [visible(label), ...lines].join("\n");
    }, { trigger: "axis", axisPointer: { type: "shadow", shadowStyle: { color: FAINT, opacity: 0.12 } } });
  }

  function bars(chart, width) {
    const rows = rowsOf(chart);
    const parts = series(chart, true, rows);
    const named = Math.min(220, Math.max(70, width * 0.34));
    return common({
      height: rows.length * BAR + (parts.length > 1 ? 60 : 34) + legendLines(parts, width) * 18,
      legend: legend(chart, parts),
      tooltip: rowTooltip(chart, rows),
      grid: { left: 0, right: parts.length > 1 ? 16 : 56, top: (parts.length > 1 ? 30 : 4) + legendLines(parts, width) * 18, bottom: 0, containLabel: true },
      xAxis: valueAxis({ axisLabel: { ...TEXT, color: FAINT, formatter: brief, hideOverlap: true } }),
      yAxis: axis({
        type: "category",
        inverse: true,
        data: rows.map(([label]) => visible(label)),
        axisLabel: { ...TEXT, width: named, overflow: "truncate", interval: 0 },
      }),
      series: parts,
    });
  }

  /** Lines that a legend needs beyond its first: the library wraps it, and says nothing. */
  function legendLines(parts, width) {
    const letters = parts.reduce((sum, each) => sum + each.name.length * 6.4 + 36, 0);
    return parts.length < 2 ? 0 : Math.max(0, Math.ceil(letters / width) - 1);
  }

  function columns(chart, width) {
    const rows = rowsOf(chart);
    const parts = series(chart, false, rows);
    return common({
      height: 260,
      legend: legend(chart, parts),
      tooltip: rowTooltip(chart, rows),
      grid: { left: 0, right: 12, top: (parts.length > 1 ? 52 : 24) + legendLines(parts, width) * 18, bottom: 0, containLabel: true },
      xAxis: axis({
        type: "category",
        data: rows.map(([label]) => visible(label)),
        axisLabel: { ...TEXT, color: FAINT, hideOverlap: true, alignMinLabel: rows.length > 8 ? "left" : undefined, alignMaxLabel: rows.length > 8 ? "right" : undefined },
      }),
      yAxis: valueAxis({ axisLabel: { ...TEXT, color: FAINT, formatter: brief } }),
      series: parts,
    });
  }

  /** Columns over scores: the axis is of numbers, so that the threshold can stand between two. */
  function histogram(chart, width) {
    const bins = chart.rows.length;
    const option = columns(chart, width);
    for (const each of option.series) {
      each.data = each.data.map((value, place) => [(place + 0.5) / bins, value]);
      each.barWidth = Math.max(1, (width - 60) / bins - 1);
      each.label = { show: false };
    }
    if (chart.threshold !== null) {
      option.series[0].markLine = vertical(chart.threshold, `threshold ${chart.threshold}`);
    }
    option.xAxis = unitAxis({ splitLine: { show: false } });
    return option;
  }

  /** A line across a chart, with its name above it. */
  function vertical(at, text, color = INK, type = "dashed") {
    return {
      silent: true,
      symbol: "none",
      lineStyle: { color, type, width: 1.5 },
      label: { ...TEXT, formatter: text, position: "end", distance: 8 },
      data: [{ xAxis: at }],
    };
  }

  /** Who copies whom. A host can stand on both sides, so the names carry their side. */
  function flows(chart, width) {
    const links = chart.ends.map(([origin, host], place) => ({
      source: `l${origin}`, target: `r${host}`, value: chart.rows[place][1][0], place,
    }));
    const agencies = new Set(chart.ends.filter(([, , isAgency]) => isAgency).map(([origin]) => `l${origin}`));
    const names = [...new Set(links.flatMap(({ source, target }) => [source, target]))];
    const most = Math.max(...["l", "r"].map((side) => names.filter((each) => each[0] === side).length));
    const nameWidth = Math.max(90, width * 0.3);
    return common({
      height: Math.max(120, most * 27 + 16),
      tooltip: tooltip((point) =>
        point.dataType === "edge"
          ? `${visible(chart.rows[point.data.place][0])}: ${count(point.data.value)}`
          : `${visible(point.name.slice(1))}: ${count(point.value)}`,
      ),
      series: [{
        type: "sankey",
        left: 0, right: 2, top: 8, bottom: 8,
        nodeWidth: 10,
        nodeGap: 14,
        layoutIterations: 0, // the order of the data: agencies first
        draggable: false,
        emphasis: { disabled: true },
        lineStyle: { color: colour("removed"), opacity: 0.28, curveness: 0.5 },
        data: names.map((name) => ({
          name,
          address: endAddress(name, agencies),
          depth: name[0] === "l" ? 0 : 1,
          itemStyle: { color: colour(agencies.has(name) ? "agency" : name[0] === "l" ? "kept" : "removed"), borderWidth: 0 },
          label: {
            ...TEXT,
            position: name[0] === "l" ? "right" : "left",
            width: nameWidth, overflow: "truncate",
            fontWeight: agencies.has(name) ? 600 : 400,
            formatter: () => visible(name.slice(1)),
          },
        })),
        links,
      }],
    });
  }

  /** All that is copied from an origin, or by a host. "(no host)" is the host without a name. */
  function endAddress(end, agencies) {
    const name = end.slice(1) === "(no host)" ? "" : end.slice(1);
    if (end[0] === "r") return report.address.written({ host: name, status: "duplicate" });
    return report.address.written({ [agencies.has(end) ? "agency" : "from"]: name, status: "duplicate" });
  }

  function curve(chart) {
    const points = chart.rows.map(([, [value]], place) => [chart.x[place], value]);
    return common({
      height: 260,
      tooltip: tooltip(([point]) => `similarity ${point.value[0].toFixed(2)}: ${point.value[1].toFixed(3)}`, { trigger: "axis" }),
      grid: { left: 0, right: 20, top: 28, bottom: 4, containLabel: true },
      xAxis: unitAxis(),
      yAxis: unitAxis(),
      series: [{
        type: "line", data: points, showSymbol: false, smooth: false,
        lineStyle: { color: colour("kept"), width: 2.5 }, itemStyle: { color: colour("kept") },
        emphasis: { disabled: true },
        markLine: vertical(chart.least, `at ${chart.least}: ${chart.at_least.toFixed(3)}`),
        markPoint: { symbol: "circle", symbolSize: 9, silent: true, label: { show: false }, itemStyle: { color: colour("removed") }, data: [{ coord: [chart.least, chart.at_least] }] },
      }],
    });
  }

  /** Lines with their intervals: the area is a clear one up to the lower end, and one above it. */
  function intervals(chart, width) {
    const names = ["Precision", "Recall"];
    const colours = ["kept", "removed"];
    const parts = names.flatMap((name, place) => {
      const ends = chart.intervals.map((each) => each[place]);
      const area = (data, opacity) => ({
        type: "line", stack: name, data, symbol: "none", silent: true, tooltip: { show: false },
        lineStyle: { opacity: 0 }, areaStyle: { color: colour(colours[place]), opacity }, emphasis: { disabled: true },
      });
      return [
        { ...line(name, colours[place], place ? "dashed" : "solid"), data: at(chart, ends.map(([, value]) => value)) },
        area(at(chart, ends.map(([low]) => low)), 0),
        area(at(chart, ends.map(([low, , high]) => high - low)), 0.16),
      ];
    });
    const marks = [["current", chart.current], ["recommended", chart.recommended]].filter(([, x]) => x !== null);
    const isOne = marks.length === 2 && marks[0][1] === marks[1][1];
    const shown = isOne ? [["current, recommended", marks[0][1]]] : marks;
    if (shown.length) {
      parts[0].markLine = vertical(0, "");
      parts[0].markLine.data = shown.map(([name, x], place) => ({
        xAxis: x, label: { formatter: name, distance: place ? 18 : 4 },
        lineStyle: { type: name.includes("recommended") ? "solid" : "dashed" },
      }));
    }
    return common({
      height: 320,
      legend: { ...legend(chart, names), data: names },
      tooltip: tooltip((points) => {
        const place = points[0].dataIndex;
        const lines = names.map((name, number) => {
          const [low, value, high] = chart.intervals[place][number].map((each) => each.toFixed(3));
          return `${name}: ${value} (${low} to ${high})`;
        });
        return [`threshold ${chart.rows[place][0]}`, ...lines].join("\n");
      }, { trigger: "axis" }),
      grid: { left: 0, right: 16, top: 76, bottom: 4, containLabel: true },
      xAxis: valueAxis({ min: "dataMin", max: "dataMax", minInterval: 0, splitNumber: width < 500 ? 4 : 8 }),
      yAxis: valueAxis({ min: lowest(chart), max: 1, minInterval: 0 }),
      series: parts,
    });
  }

  function line(name, color, type) {
    return {
      name, type: "line", symbol: "none", emphasis: { disabled: true },
      lineStyle: { color: colour(color), width: 2.5, type }, itemStyle: { color: colour(color) },
    };
  }

  function at(chart, values) {
    return values.map((value, place) => [chart.x[place], value]);
  }

  /** The lowest end of an interval, to a tenth below it. */
  function lowest(chart) {
    return Math.floor(Math.min(...chart.intervals.flat().map(([low]) => low)) * 10) / 10;
  }

  const KINDS = { bars, columns, histogram, flows, curve, intervals };

  /** The list behind what was clicked: of a bar, of a flow, of one end of the flows. */
  function addressOf(chart, point) {
    if (chart.kind === "flows") return flowAddress(chart, point);
    return rowsOf(chart)[point.dataIndex]?.[2][chart.clicks ?? Number(point.seriesId)];
  }

  function flowAddress(chart, point) {
    if (point.dataType === "edge") return chart.rows[point.data.place][2][0];
    return point.data.address;
  }

  function draw(box, width = box.clientWidth) {
    const chart = figures.charts[box.dataset.chart];
    if (!width || !chart) return;
    const { height, ...option } = KINDS[chart.kind](chart, width);
    if (!drawn.has(box)) {
      const made = echarts.init(box, null, { renderer: "svg", width, height });
      made.on("click", (point) => {
        const address = addressOf(chart, point);
        if (address) location.hash = address;
      });
      drawn.set(box, made);
    }
    const instance = drawn.get(box);
    instance.resize({ width, height });
    instance.setOption(option, { notMerge: true });
    // A printed page is narrower than the window: the style sheet scales the picture.
    box.querySelector("svg")?.setAttribute("viewBox", `0 0 ${width} ${height}`);
  }

  /** Draws all, and draws anew what gets another width; what is hidden has none. */
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
