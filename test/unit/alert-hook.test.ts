import { describe, expect, it, onTestFinished } from 'vitest';
import type { AlertMessage } from '../../src/app/ports.ts';
import { Problem } from '../../src/core/problem.ts';
import { createAlertHook } from '../../src/runtime/alert-hook.ts';
import { createHttp } from '../../src/runtime/http.ts';
import { type HttpAnswer, type HttpRequest, serveHttp } from '../../src/runtime/http-server.ts';

const message: AlertMessage = {
  cause: 'flag:UNKNOWN_ITEM:item:X',
  severity: 'warning',
  title: '37 orders wait because SKU <!channel> & *X* is unknown',
  lines: ['Create it in Infor.', 'mlc flagged list'],
};

async function people(answer: HttpAnswer, format: 'slack' | 'json' = 'slack') {
  const posted: HttpRequest[] = [];
  const server = await serveHttp({
    port: 0,
    async handle(request) {
      posted.push(request);
      return answer;
    },
  });
  const http = createHttp();
  onTestFinished(async () => {
    http.close();
    await server.close();
  });
  const url = `${server.url}/services/T000/B000/very-secret`;
  return { posted, alerts: createAlertHook({ http, url, format, source: 'M3 100/AAA' }) };
}

async function failure(work: Promise<unknown>): Promise<Problem> {
  const thrown = await work.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (thrown instanceof Problem) return thrown;
  throw new Error('a Problem was expected');
}

describe('the hook', () => {
  it("posts Slack's form, in which nothing can call everyone or look like markup", async () => {
    const { posted, alerts } = await people({ status: 200, body: 'ok' });

    await alerts.send(message);

    const { text } = JSON.parse(posted[0]?.body ?? '');
    expect(posted[0]?.method).toBe('POST');
    expect(posted[0]?.headers['content-type']).toContain('application/json');
    expect(text).toContain(':warning: *37 orders wait');
    expect(text).toContain('&lt;!channel&gt; &amp;');
    expect(text).not.toContain('<!channel>');
    expect(text).not.toContain('*X*');
    expect(text).toContain('M3 100/AAA');
    expect(text.split('\n')).toHaveLength(3);
  });

  it('cuts what is too long for a message', async () => {
    const { posted, alerts } = await people({ status: 200 });

    await alerts.send({ ...message, lines: Array(200).fill('x'.repeat(100)) });

    expect(JSON.parse(posted[0]?.body ?? '').text.length).toBeLessThan(3_600);
  });

  it('posts JSON whole, with where it comes from', async () => {
    const { posted, alerts } = await people({ status: 204 }, 'json');

    await alerts.send(message);

    expect(JSON.parse(posted[0]?.body ?? '')).toEqual({ source: 'M3 100/AAA', ...message });
  });

  it('tells nobody outside whose mailbox a customer is named by', async () => {
    const { posted, alerts } = await people({ status: 204 }, 'json');
    const about = (who: string): AlertMessage => ({
      cause: `flag:UNKNOWN_CUSTOMER:customer:${who}`,
      severity: 'warning',
      title: `1 order waits: no customer in Infor for ${who}`,
      lines: [`Add ${who}.`, 'Not at 5@6 or noon.'],
    });

    await alerts.send(about('ann.lee+x@example.com'));
    await alerts.send(about('bob@example.com'));

    const [ann, bob] = posted.map(({ body }) => JSON.parse(body));
    expect(JSON.stringify([ann, bob])).not.toMatch(/ann|bob/);
    expect(ann.title).toBe('1 order waits: no customer in Infor for …@example.com');
    expect(ann.lines).toEqual(['Add …@example.com.', 'Not at 5@6 or noon.']);
    expect(ann.cause).toMatch(/^flag:UNKNOWN_CUSTOMER:customer:[0-9a-f]{12}@example\.com$/);
    expect(ann.cause).not.toBe(bob.cause);
  });

  it.each([
    [500, 'ALERT_NOT_SENT', 'retryable'],
    [429, 'ALERT_NOT_SENT', 'retryable'],
    [403, 'ALERT_REFUSED', 'configuration'],
    [302, 'ALERT_REFUSED', 'configuration'],
  ])('HTTP %i is %s', async (status, code, kind) => {
    const { alerts } = await people({ status, headers: { 'retry-after': '30' } });

    const problem = await failure(alerts.send(message));

    expect(problem).toMatchObject({ code, kind });
    expect(JSON.stringify([problem.message, problem.evidence])).not.toContain('very-secret');
  });

  it('waits as long as it is asked to', async () => {
    const { alerts } = await people({ status: 429, headers: { 'retry-after': '30' } });

    expect((await failure(alerts.send(message))).retryAfterMs).toBe(30_000);
  });

  it('says nothing of the address when nobody is there', async () => {
    const http = createHttp();
    onTestFinished(() => http.close());
    const url = 'http://127.0.0.1:1/services/very-secret';
    const alerts = createAlertHook({ http, url, format: 'slack', source: 'M3' });

    const problem = await failure(alerts.send(message));

    expect(problem.code).toBe('ALERT_NOT_SENT');
    expect(problem.message).toContain('ECONNREFUSED');
    expect(problem.message).not.toContain('secret');
  });

  it.each([
    'http://hooks.example.com/x',
    'ftp://127.0.0.1/x',
    'hooks.example.com',
    'javascript:alert(1)',
    'http://127.0.0.1.example.com/x',
  ])('refuses the address %s', (url) => {
    const create = () => createAlertHook({ http: createHttp(), url, format: 'json', source: '' });

    expect(create).toThrow(/holds no https:\/\/ address/);
  });
});
