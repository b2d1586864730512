using System.Net.Http;

namespace ColumnStream.Flight.Http2;

/// <summary>Numbers the errors of HTTP/2 (RFC 9113, section 7) and makes what is thrown for them.</summary>
internal static class Http2Error
{
    public const int None = 0;
    public const int Protocol = 1;
    public const int FlowControl = 3;
    public const int FrameSize = 6;
    public const int RefusedStream = 7;
    public const int Cancel = 8;
    public const int Compression = 9;
    public const int EnhanceYourCalm = 11;

    /// <summary>Makes the error that ends the connection.</summary>
    public static HttpProtocolException Of(int code, string message) => new(code, message, null);
}
