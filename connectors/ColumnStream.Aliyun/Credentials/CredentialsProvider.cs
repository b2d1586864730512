using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Aliyun.Credentials;

/// <summary>Gives the credentials of the moment. Thread-safe.</summary>
public abstract class CredentialsProvider
{
    /// <summary>Gets credentials that hold at least for the next request.</summary>
    public abstract ValueTask<AliyunCredentials> GetAsync(CancellationToken cancellation);

    /// <summary>Tells that a server refused these; true if others may come.</summary>
    public virtual bool Refuse(AliyunCredentials credentials) => false;
}
