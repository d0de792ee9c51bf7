/** The process that stands in for both systems when the bare loop runs: it repeats their answers. */
import { createServer } from 'node:http';
import { z } from 'zod';
import { type Answers, ownUse } from './peer.ts';
import { readLines } from './recording.ts';

const answerSchema = z.object({ status: z.number(), body: z.string() });

export const answers: Answers = {
  async open(about) {
    const { path } = z.object({ path: z.string() }).parse(about);
    const kept: { status: number; body: Buffer }[] = [];
    const lines = readLines(path);
    for (let some = lines.take(100); some.length > 0; some = lines.take(100)) {
      for (const line of some) {
        const { status, body } = answerSchema.parse(JSON.parse(line));
        kept.push({ status, body: Buffer.from(body) });
      }
    }
    lines.close();
    const server = createServer((incoming, outgoing) => {
      const answer = kept[Number(incoming.headers['x-exchange'])];
      incoming.resume();
      incoming.on('end', () => {
        outgoing.writeHead(answer?.status ?? 404, {
          'content-type': 'application/json',
          'content-length': answer?.body.length ?? 0,
        });
        outgoing.end(answer?.body);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    return { port: typeof address === 'object' ? address?.port : 0, ...ownUse() };
  },
};
