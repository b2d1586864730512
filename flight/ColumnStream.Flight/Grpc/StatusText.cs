using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ColumnStream.Flight.Grpc;

/// <summary>Maps a status to its three trailers and back.</summary>
internal static class StatusText
{
    public const string Code = "grpc-status";
    public const string Message = "grpc-message";
    public const string Details = "grpc-status-details-bin";

    // Trailers share the peer's limit on headers, which is 8 KiB in most.
    private const int MostMessageBytes = 4096;

    /// <summary>Encodes a message: what is not printable ASCII, and the percent sign, in percent form.</summary>
    public static string EncodeMessage(string message)
    {
        var text = new StringBuilder(message.Length);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in message.EnumerateRunes())
        {
            if (text.Length > MostMessageBytes)
            {
                text.Append("...");
                break;
            }

            if (rune.Value is >= ' ' and <= '~' and not '%')
            {
                text.Append((char)rune.Value);
                continue;
            }

            foreach (byte b in utf8[..rune.EncodeToUtf8(utf8)])
            {
                text.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    /// <summary>Decodes a message; what is no percent form stays as it is.</summary>
    public static string DecodeMessage(string text)
    {
        if (!text.Contains('%'))
        {
            return text;
        }

        var bytes = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length
                && byte.TryParse(
                    text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                bytes.Add(text[i] <= '\x7f' ? (byte)text[i] : (byte)'?');
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>Makes the details of a status, or null where it has none.</summary>
    public static string? EncodeDetails(GrpcStatus status)
    {
        if (!status.Details.IsEmpty)
        {
            return GrpcMetadata.EncodeBytes(status.Details.Span);
        }

        if (status.Info is not { } info)
        {
            return null;
        }

        var cause = new Protos.ErrorInfo { Reason = info.Reason, Domain = info.Domain };
        foreach ((string key, string value) in info.Metadata)
        {
            cause.Metadata[key] = value;
        }

        var whole = new Protos.Status { Code = (int)status.Code, Message = Short(status.Message) };
        whole.Details.Add(Any.Pack(cause));
        return GrpcMetadata.EncodeBytes(whole.ToByteArray());
    }

    /// <summary>Makes a status of trailers; details that cannot be read are left out.</summary>
    public static GrpcStatus Decode(string code, string? message, string? details)
    {
        GrpcStatusCode number = int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            && n is >= 0 and <= 16
            ? (GrpcStatusCode)n
            : GrpcStatusCode.Unknown;
        var status = new GrpcStatus(number, message is null ? string.Empty : DecodeMessage(message));
        if (details is null)
        {
            return status;
        }

        try
        {
            byte[] bytes = GrpcMetadata.DecodeBytes(Details, details);
            return status with { Details = bytes, Info = FindInfo(ProtoWire.Parse(Protos.Status.Parser, bytes)) };
        }
        catch (Exception error) when (error is GrpcException or InvalidProtocolBufferException)
        {
            return status;
        }
    }

    /// <summary>Maps an answer that is not gRPC at all, e.g. of a proxy.</summary>
    public static GrpcStatusCode OfHttp(int status) => status switch
    {
        400 => GrpcStatusCode.Internal,
        401 => GrpcStatusCode.Unauthenticated,
        403 => GrpcStatusCode.PermissionDenied,
        404 => GrpcStatusCode.Unimplemented,
        429 or 502 or 503 or 504 => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };

    private static string Short(string message) => message.Length <= MostMessageBytes ? message : message[..MostMessageBytes];

    private static GrpcErrorInfo? FindInfo(Protos.Status status)
    {
        foreach (Any detail in status.Details)
        {
            if (detail.Is(Protos.ErrorInfo.Descriptor))
            {
                Protos.ErrorInfo cause = detail.Unpack<Protos.ErrorInfo>();
                return new GrpcErrorInfo(cause.Reason, cause.Domain, new Dictionary<string, string>(cause.Metadata));
            }
        }

        return null;
    }
}
