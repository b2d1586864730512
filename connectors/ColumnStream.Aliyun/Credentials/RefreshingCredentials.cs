using System;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Aliyun.Credentials;

/// <summary>Fetches temporary credentials and again before they end; one fetch at a time.</summary>
/// <remarks>While a fetch fails, the old ones are given as long as they hold.</remarks>
public sealed class RefreshingCredentials(
    Func<CancellationToken, Task<AliyunCredentials>> fetch, TimeProvider time, TimeSpan margin) : CredentialsProvider, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile AliyunCredentials? _current;
    private volatile AliyunCredentials? _refused;

    /// <inheritdoc/>
    public override async ValueTask<AliyunCredentials> GetAsync(CancellationToken cancellation)
    {
        if (_current is { } current && IsFresh(current))
        {
            return current;
        }

        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_current is { } other && IsFresh(other))
            {
                return other;
            }

            _current = await fetch(cancellation).ConfigureAwait(false);
            return _current;
        }
        catch (Exception failure) when (failure is not OperationCanceledException && HoldsStill(_current))
        {
            return _current!;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override bool Refuse(AliyunCredentials credentials)
    {
        _refused = credentials;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private bool IsFresh(AliyunCredentials credentials) =>
        !ReferenceEquals(credentials, _refused) && (credentials.Expires is not { } end || time.GetUtcNow() < end - margin);

    private bool HoldsStill(AliyunCredentials? credentials) =>
        credentials is not null && !ReferenceEquals(credentials, _refused)
        && (credentials.Expires is not { } end || time.GetUtcNow() < end);
}
