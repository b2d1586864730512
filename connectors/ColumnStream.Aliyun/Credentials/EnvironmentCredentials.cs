using System;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Aliyun.Credentials;

/// <summary>Reads credentials from variables of the process, anew for each request.</summary>
/// <remarks><c>OSS_ACCESS_KEY_ID</c>, <c>OSS_ACCESS_KEY_SECRET</c>, <c>OSS_SESSION_TOKEN</c>, else the same of <c>ALIBABA_CLOUD_</c>.</remarks>
public sealed class EnvironmentCredentials : CredentialsProvider
{
    private readonly Func<string, string?> _read;

    /// <summary>Reads variables by <paramref name="read"/>, which answers null for those not set.</summary>
    public EnvironmentCredentials(Func<string, string?> read) => _read = read;

    /// <summary>Tells whether a key and its secret are set.</summary>
    public bool IsSet => Find() is not null;

    /// <inheritdoc/>
    public override ValueTask<AliyunCredentials> GetAsync(CancellationToken cancellation) => new(
        Find() ?? throw new InvalidOperationException("OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET are not set."));

    private AliyunCredentials? Find() =>
        Find("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN")
        ?? Find("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN");

    private AliyunCredentials? Find(string id, string secret, string token) =>
        _read(id) is { Length: > 0 } key && _read(secret) is { Length: > 0 } value
            ? new AliyunCredentials(key, value, _read(token))
            : null;
}
