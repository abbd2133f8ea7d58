// browser_client.js EXPRESSION [URL]: evaluates the expression in the open page, or in a new tab with this URL. It uses the
// DevTools protocol.
const [expression, url] = process.argv.slice(2);

(async () => {
  const ask = async (path, method) => (await fetch(`http://127.0.0.1:9222/json/${path}`, { method })).json();
  const page = url ? await ask(`new?${url}`, 'PUT') : (await ask('list')).find(page => page.type === 'page' && page.url.startsWith('file:'));
  const socket = new WebSocket(page.webSocketDebuggerUrl);
  socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
  socket.onerror = event => { console.error(event.message ?? 'no connection'); process.exit(1); };
  socket.onmessage = async message => {
    const { result } = JSON.parse(message.data);
    if (result.exceptionDetails) {
      console.error(result.exceptionDetails.exception.description);
      process.exit(1);
    }

    console.log(result.result.value);
    if (url) {
      await fetch(`http://127.0.0.1:9222/json/close/${page.id}`);
    }

    process.exit(0);
  };
})().catch(error => { console.error(error.cause?.message ?? error.message); process.exit(1); });
