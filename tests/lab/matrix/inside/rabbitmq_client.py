"""rabbitmq_client.py ADDRESS publish FIRST COUNT | take COUNT | count | hold: a client of RabbitMQ with one queue of numbers."""
import sys
import pika

address, verb, *numbers = sys.argv[1:]
connection = pika.BlockingConnection(pika.ConnectionParameters(address))
channel = connection.channel()
count = channel.queue_declare('numbers', durable=True).method.message_count
if verb == 'publish':
    channel.confirm_delivery()
    for number in range(int(numbers[0]), int(numbers[0]) + int(numbers[1])):
        channel.basic_publish('', 'numbers', b'%d' % number, pika.BasicProperties(delivery_mode=1))  # RabbitMQ may keep it in memory only
elif verb == 'take':
    for _ in range(int(numbers[0])):
        method, _, body = channel.basic_get('numbers', auto_ack=True)
        print(body.decode())
elif verb == 'count':
    print(count)
elif verb == 'hold':
    channel.basic_qos(prefetch_count=20)
    channel.basic_consume('numbers', lambda *_: None)  # takes messages and acknowledges none
    print('holding', flush=True)
    channel.start_consuming()
connection.close()
