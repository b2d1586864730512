using System;

namespace ColumnStream.Arrow.Memory;

/// <summary>Says that an account is full: which one, its limit, what is used and what was asked for.</summary>
public sealed class MemoryLimitException(string account, long limitBytes, long usedBytes, long requestedBytes)
    : Exception(
        $"Memory limit reached. Account {account}, limit {limitBytes}, used {usedBytes}, asked {requestedBytes} bytes.")
{
    /// <summary>Gets the account's name.</summary>
    public string Account { get; } = account;

    /// <summary>Gets the bytes that were asked for.</summary>
    public long RequestedBytes { get; } = requestedBytes;
}
