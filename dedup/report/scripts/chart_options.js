"use strict";
// What ECharts is to draw: a function for each kind of chart, from its numbers and a width.
// Every colour is a variable of the style sheet: light, dark and print need no drawing anew.
// Emphasis is off: the library cannot lighten a variable.
report.chartOptions = (() => {
  const { visible, count } = report;
  const FAINT = "var(--faint)";
  const LINE = "var(--line)";
  const TEXT = { color: "var(--ink)", fontSize: 12, fontFamily: "system-ui, sans-serif" };
  const FAINT_TEXT = { ...TEXT, color: FAINT, hideOverlap: true };
  const NO_EMPHASIS = { disabled: true };
  const NO_HOST = "(no host)"; // as the server names the host without a name
  const [BAR, NODE, LEGEND_LINE] = [26, 27, 18]; // pixels
  const LABELLED_COLUMNS = 16; // with more of them, their numbers would overlap

  function colour(name) {
    return `var(--${name})`;
  }

  /** The rows that are drawn: the table has all. */
  function rowsOf({ rows, left_out: leftOut, most = Infinity }) {
    return rows.filter(([label], place) => label !== leftOut && place < most);
  }

  // --- parts ------------------------------------------------------------------------------------

  function common(more) {
    return { animation: false, textStyle: TEXT, ...more };
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

  function grid(top, right) {
    return { left: 0, right, top, bottom: 4, containLabel: true };
  }

  function axis(more) {
    return {
      axisLabel: FAINT_TEXT,
      axisLine: { lineStyle: { color: LINE } },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: LINE, opacity: 0.5 } },
      ...more,
    };
  }

  function countAxis() {
    return axis({
      type: "value",
      minInterval: 1,
      splitNumber: 4,
      axisLine: { show: false },
      axisLabel: { ...FAINT_TEXT, formatter: brief },
    });
  }

  /** An axis of shares; from 0 to 1 if no more is said. */
  function shareAxis(more = { min: 0, max: 1, interval: 0.2 }) {
    return axis({ type: "value", axisLine: { show: false }, ...more });
  }

  /** Short numbers for an axis. */
  function brief(value) {
    if (value >= 1e6) return `${value / 1e6}M`;
    return value >= 1e4 ? `${value / 1e3}k` : count(value);
  }

  function legend(names) {
    if (names.length < 2) return undefined;
    return {
      data: names,
      top: 0,
      left: 0,
      textStyle: TEXT,
      itemWidth: 14,
      itemHeight: 10,
      itemGap: 14,
      selectedMode: false, // it explains, and hides nothing
    };
  }

  /** The height of a legend: the library breaks it into lines, and does not say how many. */
  function legendHeight(names, width) {
    if (names.length < 2) return 0;
    const pixels = names.reduce((sum, each) => sum + each.length * 6.4 + 36, 0);
    return 8 + LEGEND_LINE * Math.ceil(pixels / width);
  }

  /** A line across a chart, with its name above it. */
  function vertical(at, text) {
    return {
      silent: true,
      symbol: "none",
      lineStyle: { color: TEXT.color, type: "dashed", width: 1.5 },
      label: { ...TEXT, formatter: text, position: "end", distance: 8 },
      data: [{ xAxis: at }],
    };
  }

  // --- bars and columns -------------------------------------------------------------------------

  /** The series of stacked bars; those without a number are not drawn. */
  function series(chart, rows, label) {
    const names = chart.headings.slice(1, 1 + (chart.series ?? chart.headings.length));
    const shown = { ...TEXT, formatter: ({ value }) => count(value), show: names.length === 1 };
    const parts = names.map((name, place) => ({
      id: String(place),
      name,
      type: "bar",
      stack: "all",
      barCategoryGap: "25%",
      cursor: rows.some((row) => row[2][chart.clicks ?? place]) ? "pointer" : "default",
      emphasis: NO_EMPHASIS,
      itemStyle: { color: colour(chart.colors[place]) },
      data: rows.map(([, values]) => values[place]),
      label: { ...shown, ...label },
    }));
    return parts.filter(({ data }, place) => place === 0 || data.some((value) => value > 0));
  }

  function rowTooltip(chart, rows) {
    const axisPointer = { type: "shadow", shadowStyle: { color: FAINT, opacity: 0.12 } };
    return tooltip(
      ([point]) => {
        const [label, values] = rows[point.dataIndex];
        const lines = values.map((value, place) => `${chart.headings[place + 1]}: ${count(value)}`);
        return [visible(label), ...lines].join("\n");
      },
      { trigger: "axis", axisPointer },
    );
  }

  function bars(chart, width) {
    const rows = rowsOf(chart);
    const parts = series(chart, rows, { position: "right" });
    const names = parts.map((each) => each.name);
    if (chart.labelled) labelEnds(parts, rows);
    const besides = chart.labelled ? 104 : names.length > 1 ? 16 : 56; // room for numbers
    const top = legendHeight(names, width) + 4;
    const labelWidth = Math.min(220, Math.max(70, width * 0.34));
    return common({
      height: top + rows.length * BAR + 30,
      legend: legend(names),
      tooltip: rowTooltip(chart, rows),
      grid: grid(top, besides),
      xAxis: countAxis(),
      yAxis: axis({
        type: "category",
        inverse: true,
        data: rows.map(([label]) => visible(label)),
        axisLabel: { ...TEXT, width: labelWidth, overflow: "truncate", interval: 0 },
      }),
      series: parts.map((each) => ({ ...each, barMaxWidth: 20 })),
    });
  }

  /** Beside each stacked bar what is left, and in brackets what is taken off. */
  function labelEnds(parts, rows) {
    const text = ({ dataIndex }) => {
      const [left, ...off] = rows[dataIndex][1];
      const taken = off.reduce((sum, each) => sum + each, 0);
      return taken ? `${count(left)} (−${count(taken)})` : count(left);
    };
    parts[parts.length - 1].label = { ...TEXT, show: true, position: "right", formatter: text };
  }

  function columns(chart, width) {
    const rows = rowsOf(chart);
    const isMany = rows.length > LABELLED_COLUMNS;
    const parts = series(chart, rows, { position: "top", ...(isMany && { show: false }) });
    const names = parts.map((each) => each.name);
    const ends = rows.length > 8 ? { alignMinLabel: "left", alignMaxLabel: "right" } : {};
    return common({
      height: 260,
      legend: legend(names),
      tooltip: rowTooltip(chart, rows),
      grid: grid(legendHeight(names, width) + 26, 12),
      xAxis: axis({
        type: "category",
        data: rows.map(([label]) => visible(label)),
        axisLabel: { ...FAINT_TEXT, ...ends },
      }),
      yAxis: countAxis(),
      series: parts.map((each) => ({ ...each, barMaxWidth: 40 })),
    });
  }

  /** Columns over scores: the axis is of numbers, so that the threshold can stand between two. */
  function histogram(chart, width) {
    const bins = chart.rows.length;
    const option = columns(chart, width);
    for (const each of option.series) {
      each.data = each.data.map((value, place) => [(place + 0.5) / bins, value]);
      each.barWidth = Math.max(1, (width - 60) / bins - 1);
    }
    if (chart.threshold !== null) {
      option.series[0].markLine = vertical(chart.threshold, `threshold ${chart.threshold}`);
    }
    const unlined = { splitLine: { show: false } };
    return { ...option, xAxis: shareAxis({ min: 0, max: 1, interval: 0.2, ...unlined }) };
  }

  // --- flows ------------------------------------------------------------------------------------

  /** Who copies whom. A host can stand on both sides, so the names carry their side. */
  function flows(chart, width) {
    const links = chart.ends.map(([origin, host], place) => ({
      source: `l${origin}`,
      target: `r${host}`,
      value: chart.rows[place][1][0],
      address: chart.rows[place][2][0],
      text: chart.rows[place][0],
    }));
    const agencies = new Set(
      chart.ends.filter(([, , isAgency]) => isAgency).map(([origin]) => `l${origin}`),
    );
    const ends = [...new Set(links.flatMap(({ source, target }) => [source, target]))];
    const left = ends.filter(isOrigin).length;
    const labelWidth = Math.max(90, width * 0.3);
    return common({
      height: Math.max(120, Math.max(left, ends.length - left) * NODE + 16),
      tooltip: tooltip(({ data, name, value }) => {
        return `${visible(data.text ?? name.slice(1))}: ${count(value)}`;
      }),
      series: {
        type: "sankey",
        left: 0,
        right: 2,
        top: 8,
        bottom: 8,
        nodeWidth: 10,
        nodeGap: 14,
        layoutIterations: 0, // the order of the data: agencies first
        draggable: false,
        emphasis: NO_EMPHASIS,
        lineStyle: { color: colour("removed"), opacity: 0.28, curveness: 0.5 },
        data: ends.map((end) => flowEnd(end, agencies.has(end), labelWidth)),
        links,
      },
    });
  }

  function isOrigin(end) {
    return end[0] === "l";
  }

  /** An origin of flows, or a host that they lead to. */
  function flowEnd(end, isAgency, labelWidth) {
    const name = end.slice(1);
    const host = name === NO_HOST ? "" : name;
    const kind = isAgency ? "agency" : "from";
    const filter = isOrigin(end) ? { [kind]: host } : { host };
    const place = isOrigin(end) ? "kept" : "removed";
    return {
      name: end,
      address: report.address.written({ ...filter, status: "duplicate" }),
      depth: isOrigin(end) ? 0 : 1,
      itemStyle: { color: colour(isAgency ? "agency" : place), borderWidth: 0 },
      label: {
        ...TEXT,
        position: isOrigin(end) ? "right" : "left",
        width: labelWidth,
        overflow: "truncate",
        fontWeight: isAgency ? 600 : 400,
        formatter: () => visible(name),
      },
    };
  }

  // --- curves -----------------------------------------------------------------------------------

  function line(name, color, data, type = "solid") {
    return {
      name,
      type: "line",
      data,
      symbol: "none",
      emphasis: NO_EMPHASIS,
      lineStyle: { color: colour(color), width: 2.5, type },
      itemStyle: { color: colour(color) },
    };
  }

  function curve(chart) {
    const points = chart.rows.map(([, [value]], place) => [chart.x[place], value]);
    const { least, at_least: atLeast } = chart;
    return common({
      height: 260,
      tooltip: tooltip(
        ([{ value: [similarity, probability] }]) =>
          `similarity ${similarity.toFixed(2)}: ${probability.toFixed(3)}`,
        { trigger: "axis" },
      ),
      grid: grid(28, 20),
      xAxis: shareAxis(),
      yAxis: shareAxis(),
      series: {
        ...line("Probability", "kept", points),
        markLine: vertical(least, `at ${least}: ${atLeast.toFixed(3)}`),
        markPoint: {
          symbol: "circle",
          symbolSize: 9,
          silent: true,
          label: { show: false },
          itemStyle: { color: colour("removed") },
          data: [{ coord: [least, atLeast] }],
        },
      },
    });
  }

  /** Precision and recall by threshold, each with the area of its interval. */
  function intervals(chart, width) {
    const names = ["Precision", "Recall"];
    const parts = [
      ...withInterval(chart, 0, names[0], "kept", "solid"),
      ...withInterval(chart, 1, names[1], "removed", "dashed"),
    ];
    parts[0].markLine = settingLines(chart);
    const lowest = Math.min(...chart.intervals.flat().map(([low]) => low));
    const step = lowest < 0.5 ? 0.2 : 0.1;
    const least = Number((Math.floor(lowest / step) * step).toFixed(1));
    return common({
      height: 320,
      legend: legend(names),
      tooltip: tooltip(([{ dataIndex }]) => intervalText(chart, names, dataIndex), {
        trigger: "axis",
      }),
      grid: grid(76, 16),
      xAxis: shareAxis({ min: "dataMin", max: "dataMax", splitNumber: width < 500 ? 4 : 8 }),
      yAxis: shareAxis({ min: least, max: 1, interval: step }),
      series: parts,
    });
  }

  /** A line and its area, which is a clear one up to the lower end with a tinted one on it. */
  function withInterval(chart, place, name, color, type) {
    const ends = chart.intervals.map((each) => each[place]);
    const at = (values) => values.map((value, point) => [chart.x[point], value]);
    const area = (values, opacity) => ({
      type: "line",
      stack: name,
      data: at(values),
      symbol: "none",
      silent: true,
      emphasis: NO_EMPHASIS,
      lineStyle: { opacity: 0 },
      areaStyle: { color: colour(color), opacity },
    });
    return [
      line(name, color, at(ends.map(([, value]) => value)), type),
      area(ends.map(([low]) => low), 0),
      area(ends.map(([low, , high]) => high - low), 0.16),
    ];
  }

  function intervalText(chart, names, place) {
    const lines = names.map((name, number) => {
      const [low, value, high] = chart.intervals[place][number].map((each) => each.toFixed(3));
      return `${name}: ${value} (${low} to ${high})`;
    });
    return [`threshold ${chart.rows[place][0]}`, ...lines].join("\n");
  }

  /** The lines of the current and of the recommended threshold. */
  function settingLines({ current, recommended, x }) {
    const marked = [
      { name: "current", at: current, type: "dashed", distance: 4 },
      { name: "recommended", at: recommended, type: "solid", distance: 20 },
    ].filter(({ at }) => at !== null);
    if (current !== null && current === recommended) {
      marked.shift();
      marked[0].name = "current, stays";
    }
    // Near an end a name stands beside its line: above it, it would leave the picture.
    const [low, high] = [x[0], x[x.length - 1]];
    const align = (share) => (share < 0.1 ? "left" : share > 0.9 ? "right" : "center");
    const data = marked.map(({ name, at, type, distance }) => ({
      xAxis: at,
      label: { formatter: name, distance, align: align((at - low) / (high - low || 1)) },
      lineStyle: { type },
    }));
    return { ...vertical(0, ""), data };
  }

  return { bars, columns, histogram, flows, curve, intervals, rowsOf };
})();
