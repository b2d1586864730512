using System;
using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Server.Control;

/// <summary>Sends and receives lines of JSON of a bounded length over a stream.</summary>
internal sealed class LineChannel(Stream stream)
{
    /// <summary>The most bytes of a line.</summary>
    public const int MostBytes = 256 << 10;

    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>Sends a line.</summary>
    public async Task SendAsync<T>(T message, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(message, type);
        byte[] line = new byte[json.Length + 1];
        json.CopyTo(line, 0);
        line[^1] = (byte)'\n';
        await stream.WriteAsync(line, cancellation);
    }

    /// <summary>Receives a line; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The line is too long, or not what was expected.</exception>
    public async Task<T?> ReceiveAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        using var line = new MemoryStream();
        while (true)
        {
            int newline = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            int take = (newline < 0 ? _end : newline) - _start;
            if (line.Length + take > MostBytes)
            {
                throw new InvalidDataException($"Line is longer than {MostBytes} bytes.");
            }

            line.Write(_buffer, _start, take);
            _start += take + (newline < 0 ? 0 : 1);
            if (newline >= 0)
            {
                return Parse(line.ToArray(), type);
            }

            _start = 0;
            _end = await stream.ReadAsync(_buffer, cancellation);
            if (_end == 0)
            {
                return line.Length == 0 ? null : throw new InvalidDataException("Line ends in the middle.");
            }
        }
    }

    private static T Parse<T>(byte[] line, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type) ?? throw new InvalidDataException("Line is null.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"Line is not what was expected: {failure.Message}", failure);
        }
    }
}
