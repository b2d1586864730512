"""Plays a session of Flight SQL by the C core: python3 flight_session.py TARGET TOKEN FOLDER [--mtls]; prints the rows' bytes that hold the needle."""
import sys
import grpc

target, token, folder = sys.argv[1:4]
read = lambda name: open(f'{folder}/{name}', 'rb').read()
own = (read('client.key'), read('client.pem')) if '--mtls' in sys.argv else (None, None)
channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(read('roots.pem'), *own))
path = lambda name: '/arrow.flight.protocol.FlightService/' + name
LIMIT = 20


def field(number, value):
    """Writes a field of bytes."""
    size, head = len(value), bytes([number << 3 | 2])
    while size > 127:
        head, size = head + bytes([size & 127 | 128]), size >> 7
    return head + bytes([size]) + value


def fields(message):
    """Reads the fields of a message: number and value."""
    at = 0

    def varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            assert key & 7 == 2, key
            size = varint()
            at += size
            yield key >> 3, message[at - size:at]


first = lambda message, number: next(value for key, value in fields(message) if key == number)
hands = channel.stream_stream(path('Handshake'))
call = hands(iter([b'']), timeout=LIMIT, metadata=(('authorization', 'Bearer ' + token),))
answers = list(call)
bearer = (('authorization', dict(call.initial_metadata())['authorization']),)
actions = [first(a, 1).decode() for a in channel.unary_stream(path('ListActions'))(b'', timeout=LIMIT, metadata=bearer)]
assert 'CreatePreparedStatement' in actions, actions
info = channel.unary_unary(path('GetFlightInfo'))(
    b'\x08\x02' + field(2, b"SELECT 'needle-' || CAST(6 * 7 AS STRING) AS a"), timeout=LIMIT, metadata=bearer)
ticket = first(first(info, 3), 1)
rows = b''.join(channel.unary_stream(path('DoGet'))(ticket, timeout=LIMIT, metadata=bearer))
at = rows.index(b'needle-')
print(rows[at:at + 9].decode())
try:
    channel.unary_unary(path('GetFlightInfo'))(b'\x08\x02' + field(2, b'SELECT 1'), timeout=LIMIT)
    print('answered nobody')
except grpc.RpcError as error:
    print(error.code().name)
