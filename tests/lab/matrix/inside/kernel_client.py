"""kernel_client.py ADDRESS CONNECTION CODE: runs a cell in a kernel and prints the result. If CODE begins with NOWAIT, it does not
wait for the end of the cell."""
import json, sys
from jupyter_client import BlockingKernelClient

address, text, code = sys.argv[1:]
connection = json.loads(text)
connection['ip'] = address
client = BlockingKernelClient()
client.load_connection_info(connection)
client.start_channels(hb=False)  # without heartbeats, which stop while the kernel is restored
wait = not code.startswith('NOWAIT ')
client.wait_for_ready(timeout=60)
answer = {'result': None, 'error': None, 'count': None}
message = client.execute(code.removeprefix('NOWAIT '))
while True:
    said = client.get_iopub_msg(timeout=60)
    if said['parent_header'].get('msg_id') != message:
        continue
    kind, content = said['msg_type'], said['content']
    if kind == 'execute_result':
        answer['result'] = content['data']['text/plain']
    elif kind == 'error':
        answer['error'] = content['ename']
    elif kind == 'execute_input':
        answer['count'] = content['execution_count']
        if not wait:
            break
    elif kind == 'status' and content['execution_state'] == 'idle':
        break
client.stop_channels()
print(json.dumps(answer))
