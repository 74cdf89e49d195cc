import { fuzzPages } from './fuzz-pages.ts';

// node --import tsx test/lambdas/dynamodb/raw/fuzz.ts [pages, 100000 unless given] [first seed, 1 unless given]

const [pages = '100000', seed = '1'] = process.argv.slice(2);
const result = await fuzzPages(Number(pages), Number(seed));
for (const difference of result.differences.slice(0, 20)) process.stdout.write(`${difference}\n`);
process.stdout.write(
  `${result.pages} pages with ${result.items} items, ${result.cut} of them cut short: ${result.differences.length} differences\n`,
);
process.exitCode = result.differences.length === 0 ? 0 : 1;
