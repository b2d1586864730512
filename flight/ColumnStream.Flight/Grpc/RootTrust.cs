using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ColumnStream.Flight.Grpc;

/// <summary>Judges the other end's certificate by roots that were given, and by no others.</summary>
internal static class RootTrust
{
    public const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    public const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    /// <summary>Says whether a certificate leads to one of the roots, is valid now, and is meant for its end.</summary>
    /// <param name="certificate">What the other end showed.</param>
    /// <param name="presented">What it sent along; may hold certificates between it and a root.</param>
    /// <param name="errors">What else was found wrong, e.g. the name; any refuses.</param>
    /// <param name="roots">What is trusted.</param>
    /// <param name="usage">What the certificate must be meant for.</param>
    public static bool IsTrusted(
        X509Certificate2? certificate, X509Chain? presented, SslPolicyErrors errors, X509Certificate2Collection roots, string usage)
    {
        if (certificate is null || errors != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(usage));
        if (presented is not null)
        {
            foreach (X509ChainElement element in presented.ChainElements)
            {
                chain.ChainPolicy.ExtraStore.Add(element.Certificate);
            }
        }

        return chain.Build(certificate);
    }
}
