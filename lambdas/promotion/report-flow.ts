import { type Html, html } from './html.ts';
import type { Report } from './report-file.ts';
import { markAt } from './report-marks.ts';
import { type FlowStep, flowOf } from './report-steps.ts';

const box = { width: 108, height: 38 };
const edge = 4;
/** Room for the arc past the steps that were not reached. */
const arcRoom = 26;

/** Measures in pixels, along the flow and across it. */
interface Layout {
  readonly name: 'wide' | 'narrow';
  /** A box and the gap after it. */
  readonly step: number;
  readonly boxAlong: number;
  readonly boxAcross: number;
  /** The part of one kind, across. */
  readonly lane: number;
  /** The names of the lanes, along. */
  readonly labels: number;
}

/** A layout, and where across it the boxes and the lanes begin. */
interface Frame extends Layout {
  readonly boxesAt: number;
  readonly lanesAt: number;
}

/** On a narrow screen the flow runs downwards. */
const layouts: readonly Layout[] = [
  { name: 'wide', step: box.width + 30, boxAlong: box.width, boxAcross: box.height, lane: 26, labels: 84 },
  { name: 'narrow', step: box.height + 20, boxAlong: box.height, boxAcross: box.width, lane: 104, labels: 22 },
];

/** The flow as a picture: boxes in the order of the run, beside each what every kind came to in it. */
export function flowPicture(report: Pick<Report, 'mode' | 'steps' | 'kinds'>): Html {
  const steps = flowOf(report);
  const boxesAt = edge + (steps.every(({ reached }) => reached) ? 0 : arcRoom);
  return html`<figure>${layouts.map((layout) => picture({ ...layout, boxesAt, lanesAt: boxesAt + layout.boxAcross + 9 }, steps))}</figure>`;
}

function picture(frame: Frame, steps: readonly FlowStep[]): Html {
  const lanes = Math.max(...steps.map((step) => step.lanes.length));
  const [width, height] = place(frame, end(frame, steps.length - 1) + edge, frame.lanesAt + lanes * frame.lane);
  const text = steps.map(({ name, state, lanes }) => {
    const words = lanes.map((lane) => `${lane.kind} ${lane.words}`);
    return `${name}: ${words.length > 0 ? words.join(', ') : state.words}.`;
  });
  const id = `flow-${frame.name}`;
  return html`<svg class="flow ${frame.name}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">The flow of this run</title><desc id="${id}-text">${text.join(' ')}</desc>
${laneLabels(frame, steps)}
${steps.map((step, index) => stepPicture(frame, step, index))}
${steps.slice(1).map((step, index) => arrow(frame, index, step.reached && steps[index]?.reached === true))}
${shortcut(frame, steps)}
</svg>`;
}

/** Turns places along and across the flow into x and y. */
function place({ name }: Layout, along: number, across: number): [number, number] {
  return name === 'wide' ? [along, across] : [across, along];
}

function start({ labels, step }: Layout, index: number): number {
  return edge + labels + index * step;
}

function end(layout: Layout, index: number): number {
  return start(layout, index) + layout.boxAlong;
}

/** A path through places along and across: one `M` or `L` a place. */
function line(layout: Layout, ...places: readonly (readonly ['M' | 'L', number, number])[]): string {
  return places.map(([command, along, across]) => `${command}${place(layout, along, across).join(' ')}`).join('');
}

function laneLabels(frame: Frame, steps: readonly FlowStep[]): Html[] {
  const lanes = steps.find((step) => step.lanes.length > 0)?.lanes ?? [];
  return lanes.map(({ kind }, index) => {
    const across = frame.lanesAt + index * frame.lane;
    const [x, y] = frame.name === 'wide' ? [edge, across + 18] : [across + 6, 16];
    const rule = line(frame, ['M', edge, across], ['L', end(frame, steps.length - 1), across]);
    return html`<path class="lane" d="${rule}"/><text class="kind" x="${x}" y="${y}">${kind}</text>`;
  });
}

function stepPicture(frame: Frame, { name, state, reached, lanes }: FlowStep, index: number): Html {
  const [x, y] = place(frame, start(frame, index), frame.boxesAt);
  const cells = lanes.map(({ tone, words }, lane) => {
    const across = frame.lanesAt + lane * frame.lane;
    const [cellX, cellY] = frame.name === 'wide' ? [x + 8, across + 5] : [across + 6, y + 11];
    return html`${markAt(tone, cellX, cellY)}<text class="state ${tone}" x="${cellX + 21}" y="${cellY + 12}">${words}</text>`;
  });
  return html`<g class="step ${state.tone}${reached ? '' : ' unreached'}"><rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="8"/>${markAt(state.tone, x + 8, y + 11)}<text x="${x + 29}" y="${y + 24}">${name}</text></g>${cells}
`;
}

/** From the box at an index to the next one. */
function arrow(frame: Frame, index: number, walked: boolean): Html {
  const across = frame.boxesAt + frame.boxAcross / 2;
  const tip = start(frame, index + 1) - 4;
  const shaft = line(frame, ['M', end(frame, index) + 4, across], ['L', tip, across]);
  const head = line(frame, ['M', tip - 5, across - 4], ['L', tip, across], ['L', tip - 5, across + 4]);
  return html`<path class="${walked ? 'link' : 'link unreached'}" d="${shaft}${head}"/>`;
}

/** Past steps that were not reached, the way that the run took: from the last reached one to Report. */
function shortcut(frame: Frame, steps: readonly FlowStep[]): Html | null {
  const missed = steps.findIndex(({ reached }) => !reached);
  if (missed < 0) return null;
  const from = start(frame, missed - 1) + frame.boxAlong / 2;
  const to = start(frame, steps.length - 1) + frame.boxAlong / 2;
  const foot = frame.boxesAt - 3;
  const bends = [place(frame, from, -2), place(frame, to, -2), place(frame, to, foot)].map((point) => point.join(' '));
  const head = line(frame, ['M', to - 4, foot - 6], ['L', to, foot], ['L', to + 4, foot - 6]);
  return html`<path class="link" d="${line(frame, ['M', from, foot])}C${bends.join(' ')}${head}"/>`;
}
