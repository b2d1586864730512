"""Serves the matrix by the C core: python3 matrix_server.py [--gzip] [--tls FOLDER] [--mtls FOLDER] [--limits STREAMS AGE_MS];
prints its port; ends with stdin."""
import sys
from concurrent import futures
import grpc
from google.protobuf import any_pb2, wrappers_pb2

NAME = 'columnstream.test.Matrix'
Bytes = wrappers_pb2.BytesValue


def message(value):
    return Bytes(value=value if isinstance(value, bytes) else value.encode())


def echo(request, context):
    return request


def headers(request, context):
    got = context.invocation_metadata()
    text = [v for k, v in got if k == 'x-text'][0]
    raw = [v for k, v in got if k == 'x-bytes-bin'][0]
    context.send_initial_metadata((('y-text', text), ('y-bytes-bin', raw)))
    context.set_trailing_metadata((('z-text', text + '!'), ('z-bytes-bin', raw)))
    return message(','.join(v for k, v in got if k == 'x-many'))


def count(request, context):
    n, size = map(int, request.value.split())
    for i in range(n):
        yield message(bytes([i % 256]) * size)


def total(requests, context):
    sizes = [len(r.value) for r in requests]
    return message(f'{len(sizes)} {sum(sizes)}')


def chat(requests, context):
    for r in requests:
        yield r


def greet(requests, context):
    context.send_initial_metadata((('y-hello', 'first'),))
    for r in requests:
        yield r


def field(number, payload):
    payload = payload if isinstance(payload, bytes) else payload.encode()
    size, head = len(payload), b''
    while size >= 128:
        head, size = head + bytes([size % 128 + 128]), size // 128
    return bytes([number * 8 + 2]) + head + bytes([size]) + payload


def details(code, text):
    info = field(1, '1234') + field(2, 'columnstream') + field(3, field(1, 'sqlstate') + field(2, '42601'))
    cause = any_pb2.Any(type_url='type.googleapis.com/google.rpc.ErrorInfo', value=info)
    return bytes([8, code]) + field(2, text) + field(3, cause.SerializeToString())


def fail(request, context):
    text = request.value.decode()
    context.set_trailing_metadata((('z-text', 'tail'), ('grpc-status-details-bin', details(9, text))))
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, text)


def fail_late(request, context):
    for i in range(3):
        yield message(str(i))
    context.abort(grpc.StatusCode.DATA_LOSS, 'Failed behind three.')


def wait(requests, context):
    import threading
    context.send_initial_metadata(())
    ended = threading.Event()
    # A call that is over already calls nobody back.
    if context.add_callback(ended.set):
        ended.wait()
    yield from ()


def silent(requests, context):
    yield from ()


def main():
    options = [('grpc.max_receive_message_length', 4 << 20)]
    if '--limits' in sys.argv:
        # Calls that a connection takes at once, and after how long it is left for another.
        streams, age = map(int, sys.argv[sys.argv.index('--limits') + 1:][:2])
        options += [('grpc.max_concurrent_streams', streams), ('grpc.max_connection_age_ms', age), ('grpc.max_connection_age_grace_ms', 60000)]
    compression = grpc.Compression.Gzip if '--gzip' in sys.argv else None
    server = grpc.server(futures.ThreadPoolExecutor(16), options=options, compression=compression)
    codec = dict(request_deserializer=Bytes.FromString, response_serializer=Bytes.SerializeToString)
    one, many = grpc.unary_unary_rpc_method_handler, grpc.unary_stream_rpc_method_handler
    two = grpc.stream_stream_rpc_method_handler
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, {
        'Echo': one(echo, **codec), 'Headers': one(headers, **codec), 'Count': many(count, **codec),
        'Sum': grpc.stream_unary_rpc_method_handler(total, **codec), 'Chat': two(chat, **codec), 'Greet': two(greet, **codec),
        'Fail': one(fail, **codec), 'FailLate': many(fail_late, **codec), 'Wait': two(wait, **codec), 'Silent': two(silent, **codec),
    }),))
    secure = [a for a in sys.argv if a in ('--tls', '--mtls')]
    if secure:
        folder = sys.argv[sys.argv.index(secure[0]) + 1]
        read = lambda name: open(f'{folder}/{name}', 'rb').read()
        mutual = secure[0] == '--mtls'
        port = server.add_secure_port('localhost:0', grpc.ssl_server_credentials(
            [(read('server.key'), read('server.pem'))], read('roots.pem') if mutual else None, mutual))
    else:
        port = server.add_insecure_port('127.0.0.1:0')
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(0)


main()
