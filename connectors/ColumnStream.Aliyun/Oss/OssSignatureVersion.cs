namespace ColumnStream.Aliyun.Oss;

/// <summary>Names how requests are signed.</summary>
public enum OssSignatureVersion : byte
{
    /// <summary>HMAC-SHA1 over the resource and some headers.</summary>
    V1,

    /// <summary>HMAC-SHA256 over the canonical request, bound to a day and a region.</summary>
    V4,
}
