// A server that is slow to start: it builds a search index first. After a restore, told by SIGUSR2, it learns who it is now.
'use strict';
const fs = require('fs'), http = require('http'), os = require('os');

const DOCUMENTS = 150_000, WORDS = 12;

function randomSeed() {
  // Of the kernel. What Node.js draws itself goes on from the checkpoint, the same in every replica.
  const bytes = Buffer.alloc(4), file = fs.openSync('/dev/urandom', 'r');
  fs.readSync(file, bytes);
  fs.closeSync(file);
  return bytes.readUInt32LE();
}

function generator(state) {
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}

const index = new Map(), draw = generator(1);
for (let document = 0; document < DOCUMENTS; document++) {
  for (let i = 0; i < WORDS; i++) {
    const word = 'w' + (draw() % 50_000);
    if (!index.has(word)) index.set(word, []);
    index.get(word).push(document);
  }
}

let name = os.hostname(), random = generator(randomSeed());
const server = http.createServer((request, response) => response.end(`${name} ${random()} ${index.get('w7').length}`));

// Ready is who has answered a request over the network.
function tell() {
  const agent = new http.Agent();
  http.get({ port: 8080, agent }, response => {
    let text = '';
    response.on('data', data => text += data).on('end', () => console.log(`ready ${process.hrtime.bigint()} ${text}`));
  });
}

process.on('SIGUSR2', () => {
  name = JSON.parse(fs.readFileSync(process.env.CRIK_RESTORED_FILE)).hostName;
  random = generator(randomSeed());
  tell();
});
server.listen(8080, tell);
