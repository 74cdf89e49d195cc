import { type Html, html } from './html.ts';
import { type Curve, curveOf, type Sample, timeTicks, valueTicks } from './report-curve.ts';
import { count, counted, duration, moment, rate } from './report-text.ts';

/** A picture's size in pixels; the labels keep theirs, so a narrow screen gets a picture of its own. */
interface Size {
  readonly name: 'wide' | 'narrow';
  readonly width: number;
  readonly height: number;
  readonly timeSteps: number;
}

const sizes: readonly Size[] = [
  { name: 'wide', width: 1150, height: 260, timeSteps: 10 },
  { name: 'narrow', width: 380, height: 230, timeSteps: 5 },
];
const margin = { left: 58, right: 14, top: 24, bottom: 40 };

/**
 * The items a second over time as an area with round ticks; a sentence instead where fewer than two moments are known.
 * `id` makes the names of the picture's parts unique in the page.
 */
export function throughputChart(id: string, samples: readonly Sample[]): Html {
  const curve = curveOf(samples);
  const last = samples.at(-1);
  if (!last) return html`<p class="quiet">No throughput was recorded.</p>`;
  if (!curve) {
    return html`<p class="quiet">All ${counted(last.items, 'item')} were worked off by the same checkpoint, at ${moment(last.at)}: too few for a picture of the speed.</p>`;
  }
  const average = curve.items / curve.seconds;
  const length = curve.stretches[0]?.to ?? curve.seconds;
  const peak = Math.max(...curve.stretches.map(({ perSecond }) => perSecond));
  const text = `${counted(last.items, 'item')} of the source worked off by ${moment(last.at)}; ${duration(curve.seconds * 1000)} from the beginning to the last checkpoint, ${rate(average)} items/s on average, ${rate(peak)} items/s in the busiest ${duration(length * 1000)}.`;
  return html`<figure>
${sizes.map((size) => picture(`${id}-${size.name}`, size, curve, { average, peak, text }))}
<figcaption>${text}</figcaption>
</figure>`;
}

function picture(
  id: string,
  { name, width, height, timeSteps }: Size,
  curve: Curve,
  { average, peak, text }: { average: number; peak: number; text: string },
): Html {
  const values = valueTicks(peak, 4);
  const { unit, ticks: times } = timeTicks(curve.seconds, timeSteps);
  const top = values.at(-1) ?? 1;
  const x = (seconds: number) => pixel(margin.left + (seconds / curve.seconds) * (width - margin.left - margin.right));
  const y = (value: number) => pixel(height - margin.bottom - (value / top) * (height - margin.top - margin.bottom));
  const right = width - margin.right;
  return html`<svg class="chart ${name}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">Throughput over time</title><desc id="${id}-text">${text}</desc>
${values.map((value) => html`<path class="grid" d="M${margin.left} ${y(value)}H${right}"/><text x="${margin.left - 8}" y="${y(value) + 4}" text-anchor="end">${count(value)}</text>`)}
<path class="area" d="${outline(curve, x, y)}L${x(curve.seconds)} ${y(0)}L${x(0)} ${y(0)}Z"/><path class="line" d="${outline(curve, x, y)}"/>
<path class="average" d="M${margin.left} ${y(average)}H${right}"/><text x="${right}" y="${y(average) - 5}" text-anchor="end">average ${rate(average)}</text>
${times.map(({ at, label }) => html`<path class="tick" d="M${x(at)} ${y(0)}v5"/><text x="${x(at)}" y="${y(0) + 18}" text-anchor="middle">${label}</text>`)}
<text class="axis" x="${margin.left - 8}" y="12" text-anchor="end">items/s</text>
<text class="axis" x="${right}" y="${height - 5}" text-anchor="end">time since the beginning (${unit})</text>
</svg>`;
}

/** The upper edge of the area: level within a stretch, for each is an average. */
function outline({ stretches }: Curve, x: (seconds: number) => number, y: (value: number) => number): string {
  const steps = stretches.map(({ from, to, perSecond }) => `L${x(from)} ${y(perSecond)}H${x(to)}`);
  return steps.join('').replace('L', 'M');
}

/** A tenth of a pixel is finer than any screen shows. */
function pixel(value: number): number {
  return Math.round(value * 10) / 10;
}
