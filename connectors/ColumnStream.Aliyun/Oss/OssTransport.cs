using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using ColumnStream.Aliyun.Credentials;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Sends requests: signs each try, repeats what may pass, corrects the clock, and turns refusals into errors.</summary>
internal sealed class OssTransport(
    OssOptions options, CredentialsProvider credentials, HttpMessageInvoker http, TimeProvider time, Random random)
{
    private const string Agent = "columnstream-oss/1";
    private const int BytesPerSecond = 256 << 10;
    private const int MostReplyBytes = 64 << 20;

    private readonly Lock _randomLock = new();
    private long _skewTicks;

    public OssOptions Options => options;

    public TimeProvider Time => time;

    /// <summary>Gets how far the server's clock is ahead of ours, as far as that was found out.</summary>
    public TimeSpan Skew => TimeSpan.FromTicks(Volatile.Read(ref _skewTicks));

    public OssRequest Request(HttpMethod method, string? key) => new(method, options.Bucket, key);

    /// <summary>Sends a request until it is answered; the caller disposes the response.</summary>
    /// <exception cref="OssException">The server refuses it, or does not answer well in all tries.</exception>
    public async Task<OssReply> SendAsync(OssRequest request, bool asStream, CancellationToken cancellation)
    {
        bool mayHaveWorked = false;
        bool isRefreshed = false;
        bool isSkewed = false;
        for (int attempt = 1; ; attempt++)
        {
            OssException failure;
            AliyunCredentials used = await CredentialsAsync(request, cancellation).ConfigureAwait(false);
            try
            {
                OssReply reply = await TryAsync(request, used, asStream, cancellation).ConfigureAwait(false);
                return reply with { MayHaveWorked = mayHaveWorked };
            }
            catch (OssException refusal)
            {
                failure = refusal;
            }

            bool again = failure.IsRetryable;
            if (IsAboutCredentials(failure) && !isRefreshed)
            {
                isRefreshed = true;
                again = credentials.Refuse(used);
            }
            else if (failure.Code == "RequestTimeTooSkewed" && !isSkewed)
            {
                isSkewed = true;
                again = true;
            }
            else if (again)
            {
                // Without an answer, or behind one that says nothing of what was done, the work may be done.
                mayHaveWorked |= failure.Status is 0 or >= 500;
            }

            if (!again || attempt >= options.Retry.Attempts)
            {
                failure.MayHaveWorked = mayHaveWorked;
                throw failure;
            }

            await DelayAsync(attempt, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Waits as long as the policy says behind a try.</summary>
    public Task DelayAsync(int attempt, CancellationToken cancellation)
    {
        double draw;
        lock (_randomLock)
        {
            draw = random.NextDouble();
        }

        return Task.Delay(options.Retry.DelayAfter(attempt, draw), time, cancellation);
    }

    /// <summary>Makes the error of a body that broke off or does not match its checksum.</summary>
    public OssException Error(string? key, string code, string message, Exception? cause = null) =>
        new(options.Bucket, key, code, message, isRetryable: true, cause: cause);

    private static bool IsAboutCredentials(OssException failure) =>
        failure.Status == 401 || failure.Code is "InvalidAccessKeyId" or "SecurityTokenExpired" or "InvalidSecurityToken";

    private async Task<AliyunCredentials> CredentialsAsync(OssRequest request, CancellationToken cancellation)
    {
        try
        {
            return await credentials.GetAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or InvalidOperationException)
        {
            throw new OssException(options.Bucket, request.Key, "Credentials", failure.Message, cause: failure);
        }
    }

    private async Task<OssReply> TryAsync(
        OssRequest request, AliyunCredentials used, bool asStream, CancellationToken cancellation)
    {
        TimeSpan most = options.Timeout + TimeSpan.FromSeconds(request.Body.Length / BytesPerSecond);
        using var limit = new CancellationTokenSource(most, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        HttpResponseMessage? response = null;
        try
        {
            using HttpRequestMessage message = Message(request, used);
            response = await http.SendAsync(message, both.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw await RefusalAsync(request, response, used, both.Token).ConfigureAwait(false);
            }

            byte[] body = asStream ? [] : await ReadAsync(request, response, both.Token).ConfigureAwait(false);
            var reply = new OssReply(response, body, MayHaveWorked: false);
            response = null;
            return reply;
        }
        catch (OperationCanceledException failure) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Error(request.Key, "Timeout", $"No answer in {most.TotalSeconds:0} s", failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw Error(request.Key, "Connection", failure.InnerException?.Message ?? failure.Message, failure);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private HttpRequestMessage Message(OssRequest request, AliyunCredentials used)
    {
        var message = new HttpRequestMessage(request.Method, request.Address(options));
        if (request.Body.Length > 0 || request.Method != HttpMethod.Get && request.Method != HttpMethod.Head
            && request.Method != HttpMethod.Delete)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
        }

        DateTimeOffset now = time.GetUtcNow() + Skew;
        foreach ((string name, string value) in OssSigner.Sign(request, options.Signature, options.RegionName, used, now))
        {
            if (!name.StartsWith("content-", StringComparison.Ordinal))
            {
                message.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        message.Headers.TryAddWithoutValidation("User-Agent", Agent);
        return message;
    }

    private async Task<OssException> RefusalAsync(
        OssRequest request, HttpResponseMessage response, AliyunCredentials used, CancellationToken cancellation)
    {
        int status = (int)response.StatusCode;
        byte[] body = request.Method == HttpMethod.Head
            ? []
            : await ReadAsync(request, response, cancellation).ConfigureAwait(false);
        if (body.Length == 0 && Header(response, "x-oss-err") is { } encoded)
        {
            body = FromBase64(encoded);
        }

        XElement? error = OssXml.Parse(body);
        string code = error?.Text("Code") ?? status switch
        {
            404 => "NoSuchKey",
            409 => "FileAlreadyExists",
            _ => "Status" + status,
        };
        if (code == "RequestTimeTooSkewed" && response.Headers.Date is { } serverTime)
        {
            Volatile.Write(ref _skewTicks, (serverTime - time.GetUtcNow()).Ticks);
        }

        string message = Clean(error?.Text("Message") ?? response.ReasonPhrase ?? "no message", used);
        string? requestId = error?.Text("RequestId") ?? Header(response, "x-oss-request-id");
        return new OssException(
            options.Bucket, request.Key, code, message, status, requestId, isRetryable: status is >= 500 or 408 or 429);
    }

    /// <summary>Reads a small body to its end: one that breaks off is a failure of the connection.</summary>
    private async Task<byte[]> ReadAsync(OssRequest request, HttpResponseMessage response, CancellationToken cancellation)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var body = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > MostReplyBytes)
            {
                throw new OssException(options.Bucket, request.Key, "TooLarge", $"The answer has more than {MostReplyBytes} bytes");
            }
        }

        return body.ToArray();
    }

    private static string? Header(HttpResponseMessage response, string name)
    {
        if (response.Headers.TryGetValues(name, out IEnumerable<string>? values))
        {
            foreach (string value in values)
            {
                return value;
            }
        }

        return null;
    }

    private static byte[] FromBase64(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : [];
    }

    /// <summary>Takes out of a message what nobody may read, should a server ever repeat it.</summary>
    private static string Clean(string message, AliyunCredentials used)
    {
        string clean = message.Replace(used.AccessKeySecret, "…", StringComparison.Ordinal);
        return used.SecurityToken is { } token ? clean.Replace(token, "…", StringComparison.Ordinal) : clean;
    }
}
