// A server that uses timers, a worker thread, a child process, the thread pool and a watched directory.
const { Worker } = require('worker_threads');
const crypto = require('crypto'), fs = require('fs'), http = require('http'), { spawn } = require('child_process');

const items = new Map(), rang = [];
let ticks = 0, worked = 0, answers = 0, seen = 0;
setInterval(() => ticks++, 10);
new Worker('const { parentPort } = require("worker_threads"); let n = 0; setInterval(() => parentPort.postMessage(++n), 10);', { eval: true })
  .on('message', n => { worked = n; });
const child = spawn('sh', ['-c', 'while read -r line; do echo "$line"; done']);
child.stdout.on('data', data => { answers += String(data).split('\n').length - 1; child.stdin.write('again\n'); });
child.stdin.write('first\n');
fs.mkdirSync('/var/tmp/watched', { recursive: true });
fs.watch('/var/tmp/watched', () => { seen++; });

const sum = () => {
  const hash = crypto.createHash('sha256');
  for (const [key, value] of items) hash.update(key).update(JSON.stringify(value));
  return hash.digest('hex');
};
const pages = {
  '/': () => ({ items: items.size, sum: sum(), pid: process.pid, child: child.pid, ticks, worker: worked, answers, rang, seen }),
  '/grow': query => { for (let n = Number(query.get('items')); n > 0; n--) items.set(`item ${items.size}`, { at: items.size, squares: [n, n * n] }); },
  '/later': query => { setTimeout(() => rang.push(query.get('name')), 500); },
  '/touch': query => fs.writeFileSync(`/var/tmp/watched/${query.get('name')}`, 'here'),
};
http.createServer((request, response) => {
  const url = new URL(request.url, 'http://host');
  const answer = pages[url.pathname](url.searchParams);
  crypto.pbkdf2('x', 'y', 10, 10, 'sha256', () => response.end(JSON.stringify(answer === undefined ? null : answer))); // runs in the thread pool
}).listen(8080, '0.0.0.0');
