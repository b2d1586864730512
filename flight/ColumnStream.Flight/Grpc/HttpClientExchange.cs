using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Grpc;

/// <summary>Carries one request by the HttpClient.</summary>
internal sealed class HttpClientExchange : ClientExchange
{
    private readonly HttpRequestMessage _request;
    private readonly DuplexContent _content;
    private readonly CancellationToken _cancellation;

    public HttpClientExchange(
        HttpMessageInvoker invoker, HttpRequestMessage request, DuplexContent content, CancellationToken cancellation)
    {
        _request = request;
        _content = content;
        _cancellation = cancellation;
        Answer = SendAsync(invoker);
    }

    public override Task<ClientAnswer> Answer { get; }

    public override async ValueTask<ByteSink> OpenBodyAsync()
    {
        // A request that fails before it is sent never opens its body.
        if (await Task.WhenAny(_content.Body, Answer).ConfigureAwait(false) == Answer)
        {
            await Answer.ConfigureAwait(false);
        }

        return new StreamSink(await _content.Body.WaitAsync(_cancellation).ConfigureAwait(false), _cancellation);
    }

    public override void CompleteWrites() => _content.Complete();

    public override async ValueTask DisposeAsync()
    {
        try
        {
            ((Received)await Answer.ConfigureAwait(false)).Response.Dispose();
        }
        finally
        {
            _request.Dispose();
        }
    }

    private async Task<ClientAnswer> SendAsync(HttpMessageInvoker invoker) =>
        new Received(await invoker.SendAsync(_request, _cancellation).ConfigureAwait(false), _cancellation);

    private sealed class Received(HttpResponseMessage response, CancellationToken cancellation) : ClientAnswer
    {
        public HttpResponseMessage Response => response;

        public override int StatusCode => (int)response.StatusCode;

        public override string? ContentType => response.Content.Headers.ContentType?.ToString();

        public override IEnumerable<KeyValuePair<string, string>> Headers => Each(response.Headers);

        public override IEnumerable<KeyValuePair<string, string>> Trailers => Each(response.TrailingHeaders);

        public override async ValueTask<ByteSource> OpenBodyAsync()
        {
            Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            return new StreamSource(body, cancellation);
        }

        private static IEnumerable<KeyValuePair<string, string>> Each(HttpResponseHeaders headers)
        {
            foreach ((string name, HeaderStringValues values) in headers.NonValidated)
            {
                foreach (string value in values)
                {
                    yield return new(name, value);
                }
            }
        }
    }
}
