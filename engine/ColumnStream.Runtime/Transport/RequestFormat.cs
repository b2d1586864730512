using System;
using System.Buffers.Binary;
using System.Text;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Transport;

/// <summary>Gives requests and answers their bytes.</summary>
/// <remarks>
/// <code>
/// request: | u16 length of the method | method, UTF-8 | payload |
/// answer:  | u8 0 | payload |   or   | u8 1 | u8 may be tried again | i32 code | text, UTF-8 |
/// </code>
/// </remarks>
internal static class RequestFormat
{
    private const int FailureBytes = 6;

    public static byte[] Write(string method, ReadOnlySpan<byte> payload)
    {
        byte[] name = Encoding.UTF8.GetBytes(method);
        var request = new byte[2 + name.Length + payload.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(request, checked((ushort)name.Length));
        name.CopyTo(request.AsSpan(2));
        payload.CopyTo(request.AsSpan(2 + name.Length));
        return request;
    }

    public static (string Method, ReadOnlyMemory<byte> Payload) Read(ReadOnlyMemory<byte> request)
    {
        int length = request.Length < 2 ? int.MaxValue - 2 : BinaryPrimitives.ReadUInt16LittleEndian(request.Span);
        return 2 + length <= request.Length
            ? (Encoding.UTF8.GetString(request.Span.Slice(2, length)), request[(2 + length)..])
            : throw TransportFailure.Protocol($"Request is malformed: {request.Length} bytes.");
    }

    public static byte[] WriteAnswer(ReadOnlySpan<byte> payload) => [0, .. payload];

    public static byte[] WriteFailure(Exception failure)
    {
        byte[] text = Encoding.UTF8.GetBytes(failure.Message);
        var answer = new byte[FailureBytes + text.Length];
        answer[0] = 1;
        answer[1] = (byte)(failure is ExternalException { IsRetryable: true } ? 1 : 0);
        BinaryPrimitives.WriteInt32LittleEndian(
            answer.AsSpan(2), failure is ColumnStreamException known ? known.Code : TransportFailure.RequestCode);
        text.CopyTo(answer.AsSpan(FailureBytes));
        return answer;
    }

    public static ReadOnlyMemory<byte> ReadAnswer(ReadOnlyMemory<byte> answer, string peer)
    {
        ReadOnlySpan<byte> bytes = answer.Span;
        if (bytes.Length > 0 && bytes[0] == 0)
        {
            return answer[1..];
        }

        if (bytes.Length < FailureBytes || bytes[0] != 1)
        {
            throw TransportFailure.Protocol($"Answer is malformed: {peer}, {bytes.Length} bytes.");
        }

        throw new ExternalException(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[2..]),
            $"Node {peer} failed to answer: {Encoding.UTF8.GetString(bytes[FailureBytes..])}",
            retryable: bytes[1] != 0);
    }
}
