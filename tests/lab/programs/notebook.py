"""notebook.py CODE [--begin]: runs a cell in the only kernel of the Jupyter server of this container, as a browser does,
and prints the result. It starts the kernel if there is none. With --begin it does not wait for the end of the cell."""
import asyncio, json, os, sys, uuid
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

HEADERS = {'Authorization': f'token {os.environ["JUPYTER_TOKEN"]}'}


async def ask(method, body=None):
    return json.loads((await AsyncHTTPClient().fetch('http://127.0.0.1:8888/api/kernels', method=method, body=body, headers=HEADERS)).body)


async def run(code):
    kernels = await ask('GET')
    kernel = kernels[0] if kernels else await ask('POST', '{}')
    connection = await websocket_connect(HTTPRequest(f'ws://127.0.0.1:8888/api/kernels/{kernel["id"]}/channels', headers=HEADERS))
    message = uuid.uuid4().hex
    await connection.write_message(json.dumps({
        'channel': 'shell', 'parent_header': {}, 'metadata': {},
        'header': {'msg_id': message, 'msg_type': 'execute_request', 'username': '', 'session': uuid.uuid4().hex, 'version': '5.3'},
        'content': {'code': code, 'silent': False, 'store_history': True, 'user_expressions': {}, 'allow_stdin': False}}))
    while True:
        answer = json.loads(await connection.read_message())
        if answer['parent_header'].get('msg_id') != message:
            continue
        if answer['msg_type'] == 'execute_input' and '--begin' in sys.argv:
            return
        if answer['msg_type'] == 'execute_result':
            print(answer['content']['data']['text/plain'])
        elif answer['msg_type'] == 'error':
            sys.exit(answer['content']['evalue'])
        elif answer['msg_type'] == 'status' and answer['content']['execution_state'] == 'idle':
            return


asyncio.run(asyncio.wait_for(run(sys.argv[1]), 60))
