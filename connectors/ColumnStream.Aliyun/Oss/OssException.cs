using System;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Says what a request came to, by bucket, object, code and number of the request. Holds no secret.</summary>
public sealed class OssException : Exception
{
    /// <summary>States an error.</summary>
    public OssException(
        string bucket, string? key, string code, string message, int status = 0, string? requestId = null,
        bool isRetryable = false, Exception? cause = null)
        : base(Describe(bucket, key, code, message, status, requestId), cause)
    {
        Bucket = bucket;
        Key = key;
        Code = code;
        Status = status;
        RequestId = requestId;
        IsRetryable = isRetryable;
    }

    /// <summary>Gets the bucket.</summary>
    public string Bucket { get; }

    /// <summary>Gets the object's key, or null where the request was about the bucket.</summary>
    public string? Key { get; }

    /// <summary>Gets the code of the server; <c>Timeout</c>, <c>Connection</c> and <c>ChecksumMismatch</c> are the client's.</summary>
    public string Code { get; }

    /// <summary>Gets the status, 0 where there was no answer.</summary>
    public int Status { get; }

    /// <summary>Gets the number under which the server knows the request, or null.</summary>
    public string? RequestId { get; }

    /// <summary>Gets whether a later try may succeed.</summary>
    public bool IsRetryable { get; }

    /// <summary>Gets or sets whether an earlier try of the request may have done its work.</summary>
    internal bool MayHaveWorked { get; set; }

    private static string Describe(string bucket, string? key, string code, string message, int status, string? requestId) =>
        $"{code} at oss://{bucket}/{key}: {message.TrimEnd('.', ' ')}"
        + $"{(status == 0 ? "" : $", status {status}")}{(requestId is null ? "" : $", request {requestId}")}.";
}
