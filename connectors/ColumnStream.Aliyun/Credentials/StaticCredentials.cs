using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Aliyun.Credentials;

/// <summary>Gives the same credentials always: those of options.</summary>
public sealed class StaticCredentials(AliyunCredentials credentials) : CredentialsProvider
{
    /// <inheritdoc/>
    public override ValueTask<AliyunCredentials> GetAsync(CancellationToken cancellation) => new(credentials);
}
