using System;
using System.Globalization;
using System.IO;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Aliyun.Credentials;

/// <summary>Fetches temporary credentials as JSON from a local address: the role of a machine, or a side process.</summary>
public static class CredentialsUri
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>Fetches once.</summary>
    /// <exception cref="HttpRequestException">There is no answer, or not one with credentials; the answer is not shown.</exception>
    public static async Task<AliyunCredentials> FetchAsync(
        HttpMessageInvoker http, Uri address, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(s_limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, both.Token).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(both.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode && Parse(body) is { } credentials
                ? credentials
                : throw new HttpRequestException($"No credentials come from {address.Host}: status {(int)response.StatusCode}.");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new HttpRequestException($"No credentials come from {address.Host}: no answer in {s_limit.TotalSeconds:0} s.");
        }
        catch (IOException failure)
        {
            throw new HttpRequestException($"No credentials come from {address.Host}: {failure.Message}");
        }
    }

    private static AliyunCredentials? Parse(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            string? Text(string name) =>
                root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out JsonElement value)
                    && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            bool isDated = DateTimeOffset.TryParse(
                Text("Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset expires);
            return Text("AccessKeyId") is { Length: > 0 } id && Text("AccessKeySecret") is { Length: > 0 } secret
                ? new AliyunCredentials(id, secret, Text("SecurityToken"), isDated ? expires : null)
                : null;
        }
        catch (JsonException)
        {
            // The text may hold half of a secret: it goes nowhere.
            return null;
        }
    }
}
