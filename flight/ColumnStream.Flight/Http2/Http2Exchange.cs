using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Http2;

/// <summary>Carries one request over a connection of this project's own client.</summary>
/// <remarks>A request that the server says it did not begin with is sent again, a few times.</remarks>
internal sealed class Http2Exchange : ClientExchange
{
    private const int MostAttempts = 4;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);
    private readonly Func<byte[], CancellationToken, Task<Http2Stream>> _open;
    private readonly byte[] _headers;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellation;
    private readonly Task<Http2Upload> _opening;
    private readonly Lock _gate = new();
    private CancellationTokenRegistration _registration;
    private Http2Stream? _stream;
    private bool _isCompleted;

    /// <param name="open">What opens a call with these headers on some connection.</param>
    /// <param name="headers">The headers, encoded.</param>
    /// <param name="time">The clock of pauses before it is sent again.</param>
    /// <param name="cancellation">What breaks the request off.</param>
    public Http2Exchange(
        Func<byte[], CancellationToken, Task<Http2Stream>> open, byte[] headers, TimeProvider time, CancellationToken cancellation)
    {
        _open = open;
        _headers = headers;
        _time = time;
        _cancellation = cancellation;
        _opening = BeginAsync();
        Answer = AnswerAsync();
    }

    public override Task<ClientAnswer> Answer { get; }

    public override async ValueTask<ByteSink> OpenBodyAsync() =>
        new Http2Sink(await _opening.ConfigureAwait(false), _cancellation);

    public override void CompleteWrites()
    {
        Http2Stream? stream;
        lock (_gate)
        {
            _isCompleted = true;
            stream = _stream;
        }

        stream?.CompleteWrites();
    }

    public override async ValueTask DisposeAsync()
    {
        await ((Task)_opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Abort();
        await ((Task)Answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // It may have been sent again meanwhile.
        Abort();
        await _registration.DisposeAsync().ConfigureAwait(false);
    }

    private void Abort() => _stream?.Abort(new OperationCanceledException("The call was broken off."));

    private async Task<Http2Upload> BeginAsync()
    {
        Http2Stream stream = await _open(_headers, _cancellation).ConfigureAwait(false);
        Use(stream);
        return new Http2Upload(stream);
    }

    /// <summary>Makes a call the one that is cancelled, and that ends its request when the caller does.</summary>
    private void Use(Http2Stream stream)
    {
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
    }

    private async Task<ClientAnswer> AnswerAsync()
    {
        Http2Upload upload = await _opening.ConfigureAwait(false);
        Http2Stream stream = _stream!;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                List<KeyValuePair<string, string>> headers = await stream.Headers.Task.ConfigureAwait(false);
                upload.Forget();
                return new Received(stream, headers);
            }
            catch (HttpProtocolException error) when (
                attempt < MostAttempts && upload.IsKept && Http2Upload.IsRefusal(error))
            {
                stream = await BeginAgainAsync(upload, attempt).ConfigureAwait(false);
            }
        }
    }

    private async Task<Http2Stream> BeginAgainAsync(Http2Upload upload, int attempt)
    {
        // A server that is full counts calls for a while that are over here.
        await Task.Delay(s_pause * (1 << (2 * (attempt - 1))), _time, _cancellation).ConfigureAwait(false);
        await _registration.DisposeAsync().ConfigureAwait(false);
        Http2Stream stream = await _open(_headers, _cancellation).ConfigureAwait(false);
        try
        {
            await upload.GoOnAsync(stream, _cancellation).ConfigureAwait(false);
        }
        catch
        {
            stream.Abort(new OperationCanceledException("The call was broken off."));
            throw;
        }

        Use(stream);
        return stream;
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
