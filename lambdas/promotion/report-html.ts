import type { Report } from './report-file.ts';
import { reportMarkdown } from './report-markdown.ts';

/** The report as one self-contained page; everything that comes from outside is escaped. */
export function reportHtml(report: Report): string {
  const title = `Promotion ${report.promotionId}`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><pre>${escaped(reportMarkdown(report))}</pre></html>\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
