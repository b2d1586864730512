"""Runs the matrix by the C core against TARGET: python3 matrix_client.py TARGET [--gzip] [--tls FOLDER] [--mtls FOLDER]; prints "N checks"."""
import sys, threading
import grpc
from google.protobuf import wrappers_pb2

Bytes = wrappers_pb2.BytesValue
CODEC = dict(request_serializer=Bytes.SerializeToString, response_deserializer=Bytes.FromString)
LIMIT = 60


def open_channel():
    target = sys.argv[1]
    options = [('grpc.max_receive_message_length', 16 << 20), ('grpc.max_send_message_length', 64 << 20)]
    compression = grpc.Compression.Gzip if '--gzip' in sys.argv else None
    secure = [a for a in sys.argv if a in ('--tls', '--mtls')]
    if not secure:
        return grpc.insecure_channel(target, options=options, compression=compression)
    folder = sys.argv[sys.argv.index(secure[0]) + 1]
    read = lambda name: open(f'{folder}/{name}', 'rb').read()
    own = (read('client.key'), read('client.pem')) if secure[0] == '--mtls' else (None, None)
    return grpc.secure_channel(target, grpc.ssl_channel_credentials(read('roots.pem'), *own), options=options, compression=compression)


channel = open_channel()
path = lambda name: '/columnstream.test.Matrix/' + name
one = lambda name: channel.unary_unary(path(name), **CODEC)
many = lambda name: channel.unary_stream(path(name), **CODEC)
two = lambda name: channel.stream_stream(path(name), **CODEC)
value = lambda v: Bytes(value=v if isinstance(v, bytes) else v.encode())


def failure(act):
    try:
        act()
    except grpc.RpcError as error:
        return error
    raise AssertionError('call succeeded, expected an error')


def echo(size):
    sent = bytes(i * 7 % 251 for i in range(min(size, 5000))) * max(1, size // 5000)
    assert one('Echo')(value(sent), timeout=LIMIT).value == sent


def headers():
    sent = (('x-text', 'a b~'), ('x-bytes-bin', b'\x00\xff\n\r'), ('x-many', '1'), ('x-many', '2'))
    answer, call = one('Headers').with_call(value('x'), timeout=LIMIT, metadata=sent)
    assert answer.value.replace(b' ', b'') == b'1,2', answer
    first, last = dict(call.initial_metadata()), dict(call.trailing_metadata())
    assert first['y-text'] == 'a b~' and last['z-text'] == 'a b~!', (first, last)
    assert first['y-bytes-bin'] == last['z-bytes-bin'] == b'\x00\xff\n\r', (first, last)


def count():
    got = [m.value for m in many('Count')(value('200 9000'), timeout=LIMIT)]
    assert got == [bytes([i]) * 9000 for i in range(200)]


def total():
    stream = channel.stream_unary(path('Sum'), **CODEC)
    assert stream((value(b'x' * 100000) for _ in range(100)), timeout=LIMIT).value == b'100 10000000'


def chat():
    turn, sent = threading.Semaphore(1), [f'no {i}'.encode() for i in range(200)]

    def requests():
        for s in sent:
            turn.acquire()
            yield value(s)

    got = []
    for answer in two('Chat')(requests(), timeout=LIMIT):
        got.append(answer.value)
        turn.release()
    assert got == sent


def greet():
    done = threading.Event()

    def requests():
        done.wait(LIMIT)
        yield from ()

    call = two('Greet')(requests(), timeout=LIMIT)
    assert dict(call.initial_metadata())['y-hello'] == 'first'
    done.set()
    assert list(call) == []


def fail():
    text = 'Zeile 1\nläuft 100 % über: 雪'
    error = failure(lambda: one('Fail')(value(text), timeout=LIMIT))
    tail = dict(error.trailing_metadata())
    assert error.code() == grpc.StatusCode.FAILED_PRECONDITION and error.details() == text, error
    assert tail['z-text'] == 'tail' and b'42601' in tail['grpc-status-details-bin'], tail


def fail_late():
    got = []
    try:
        for m in many('FailLate')(value('x'), timeout=LIMIT):
            got.append(m.value)
    except grpc.RpcError:
        pass
    assert got == [b'0', b'1', b'2'], got


def code(act, expected):
    error = failure(act)
    assert error.code() == expected, error


def cancel():
    call = two('Wait')(iter([value('x')]), timeout=LIMIT)
    call.initial_metadata()
    call.cancel()
    code(lambda: next(call), grpc.StatusCode.CANCELLED)


checks = [
    lambda: echo(100), lambda: echo(0), lambda: echo(3 << 20), headers, count, total, chat, greet, fail, fail_late,
    lambda: code(lambda: one('NoSuch')(value(''), timeout=LIMIT), grpc.StatusCode.UNIMPLEMENTED),
    lambda: code(lambda: list(two('Wait')(iter([value('x')]), timeout=0.05)), grpc.StatusCode.DEADLINE_EXCEEDED),
    cancel,
    lambda: code(lambda: one('Echo')(value(bytes(i * 31 // 8 % 256 for i in range(12 << 20))), timeout=LIMIT),
                 grpc.StatusCode.RESOURCE_EXHAUSTED),
    # A client that sends no request where one is expected.
    lambda: code(lambda: channel.stream_unary(path('Echo'), **CODEC)(iter([]), timeout=LIMIT), grpc.StatusCode.INVALID_ARGUMENT),
]
for number, check in enumerate(checks):
    try:
        check()
    except Exception as error:
        sys.exit(f'check {number} ({getattr(check, "__name__", "")}) failed: {error!r}')
print(f'{len(checks)} checks', flush=True)
