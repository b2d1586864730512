using System;

namespace ColumnStream.Aliyun.Credentials;

/// <summary>Holds an access key, with a token where it is a temporary one. Its text hides the secrets.</summary>
/// <param name="accessKeyId">The key's name.</param>
/// <param name="accessKeySecret">The key's secret.</param>
/// <param name="securityToken">The token of a temporary key, or null.</param>
/// <param name="expires">When a temporary key ends, or null.</param>
public sealed class AliyunCredentials(
    string accessKeyId, string accessKeySecret, string? securityToken = null, DateTimeOffset? expires = null)
{
    /// <summary>Gets the key's name.</summary>
    public string AccessKeyId { get; } = accessKeyId;

    /// <summary>Gets the key's secret.</summary>
    public string AccessKeySecret { get; } = accessKeySecret;

    /// <summary>Gets the token of a temporary key, or null.</summary>
    public string? SecurityToken { get; } = string.IsNullOrEmpty(securityToken) ? null : securityToken;

    /// <summary>Gets when a temporary key ends, or null.</summary>
    public DateTimeOffset? Expires { get; } = expires;

    /// <inheritdoc/>
    public override string ToString() =>
        $"access key {(AccessKeyId.Length > 8 ? AccessKeyId[..4] + "…" : "…")}{(SecurityToken is null ? "" : ", temporary")}";
}
