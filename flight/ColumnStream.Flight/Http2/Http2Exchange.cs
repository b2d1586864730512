using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Http2;

/// <summary>Carries one request over a connection of this project's own client.</summary>
internal sealed class Http2Exchange : ClientExchange
{
    private readonly Task<Http2Stream> _opening;
    private readonly CancellationToken _cancellation;
    private readonly Lock _gate = new();
    private CancellationTokenRegistration _registration;
    private Http2Stream? _stream;
    private bool _isCompleted;

    /// <param name="open">What opens a call with these headers on some connection.</param>
    /// <param name="headers">The headers, encoded.</param>
    /// <param name="cancellation">What breaks the request off.</param>
    public Http2Exchange(
        Func<byte[], CancellationToken, Task<Http2Stream>> open, byte[] headers, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _opening = OpenAsync(open, headers);
        Answer = AnswerAsync();
    }

    public override Task<ClientAnswer> Answer { get; }

    public override async ValueTask<ByteSink> OpenBodyAsync()
    {
        Http2Stream stream = await _opening.ConfigureAwait(false);
        return new Http2Sink(stream.Connection.Output, stream, _cancellation);
    }

    public override void CompleteWrites()
    {
        lock (_gate)
        {
            _isCompleted = true;
        }

        _stream?.CompleteWrites();
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            Http2Stream stream = await _opening.ConfigureAwait(false);
            await _registration.DisposeAsync().ConfigureAwait(false);
            stream.Abort(new OperationCanceledException("The call was broken off."));
        }
        finally
        {
            await ((Task)Answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Http2Stream> OpenAsync(Func<byte[], CancellationToken, Task<Http2Stream>> open, byte[] headers)
    {
        Http2Stream stream = await open(headers, _cancellation).ConfigureAwait(false);
        bool isCompleted;
        lock (_gate)
        {
            _stream = stream;
            isCompleted = _isCompleted;
        }

        if (isCompleted)
        {
            stream.CompleteWrites();
        }

        _registration = _cancellation.UnsafeRegister(
            static (state, token) => ((Http2Stream)state!).Abort(new OperationCanceledException("The call was broken off.", token)),
            stream);
        return stream;
    }

    private async Task<ClientAnswer> AnswerAsync()
    {
        Http2Stream stream = await _opening.ConfigureAwait(false);
        return new Received(stream, await stream.Headers.Task.ConfigureAwait(false));
    }

    private sealed class Received(Http2Stream stream, List<KeyValuePair<string, string>> headers) : ClientAnswer
    {
        public override int StatusCode { get; } =
            int.TryParse(Find(headers, ":status"), NumberStyles.None, CultureInfo.InvariantCulture, out int code) ? code : 0;

        public override string? ContentType => Find(headers, "content-type");

        public override IEnumerable<KeyValuePair<string, string>> Headers => headers;

        public override IEnumerable<KeyValuePair<string, string>> Trailers => stream.Trailers;

        public override ValueTask<ByteSource> OpenBodyAsync() => new(stream);
    }
}
