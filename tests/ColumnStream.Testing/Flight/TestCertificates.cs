using System;
using System.IO;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ColumnStream.Testing.Flight;

/// <summary>Makes an authority and certificates of it for a server on this machine and for clients.</summary>
public sealed class TestCertificates : IDisposable
{
    private static readonly DateTimeOffset s_from = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_to = new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly X509Certificate2 _authority;

    /// <summary>Makes an authority with a server's and a client's certificate.</summary>
    public TestCertificates(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(s_from, s_to);
        Server = Issue("localhost", "1.3.6.1.5.5.7.3.1", 1);
        Client = Issue("node-7", "1.3.6.1.5.5.7.3.2", 2);
    }

    /// <summary>Gets the authority without its key.</summary>
    public X509Certificate2Collection Roots => [X509CertificateLoader.LoadCertificate(_authority.RawData)];

    /// <summary>Gets the certificate of a server called localhost.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>Gets the certificate of a client called node-7.</summary>
    public X509Certificate2 Client { get; }

    /// <summary>Issues another certificate of a server, for a name and a time.</summary>
    public X509Certificate2 IssueServer(string name, DateTimeOffset from, DateTimeOffset to, byte serial) =>
        Issue(name, "1.3.6.1.5.5.7.3.1", serial, from, to, isLoopback: name == "localhost");

    /// <summary>Writes a certificate and its key as <c>name.pem</c> and <c>name.key</c>.</summary>
    public static void Write(string folder, string name, X509Certificate2 certificate)
    {
        File.WriteAllText(Path.Combine(folder, name + ".pem"), certificate.ExportCertificatePem());
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(folder, name + ".key"), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Writes all as files that other programs read.</summary>
    public void Write(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "roots.pem"), _authority.ExportCertificatePem());
        Write(folder, "server", Server);
        Write(folder, "client", Client);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Server.Dispose();
        Client.Dispose();
        _authority.Dispose();
    }

    private X509Certificate2 Issue(string name, string usage, byte serial) => Issue(name, usage, serial, s_from, s_to, isLoopback: true);

    private X509Certificate2 Issue(
        string name, string usage, byte serial, DateTimeOffset from, DateTimeOffset to, bool isLoopback)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (isLoopback)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 issued = request.Create(_authority, from, to, [serial]);
        return issued.CopyWithPrivateKey(key);
    }
}
