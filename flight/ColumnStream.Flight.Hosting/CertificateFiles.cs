using System;
using System.IO;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;

namespace ColumnStream.Flight.Hosting;

/// <summary>Reads a server's certificate, its key and the roots of its clients from PEM files, and again whenever these change.</summary>
/// <remarks>
/// Files are looked at by handshakes, once a second at most. What cannot be read, or does not fit together, is told once and changes
/// nothing: certificate and key may be replaced one after the other. Thread-safe.
/// </remarks>
public sealed class CertificateFiles
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private readonly string _certificate;
    private readonly string? _key;
    private readonly string? _roots;
    private readonly TimeProvider _time;
    private readonly Action<string>? _log;
    private readonly Lock _lock = new();
    private Loaded _loaded;
    private string _stamp;
    private long _lookedAt;

    /// <summary>Reads the files.</summary>
    /// <param name="certificate">The certificate, with those of authorities between it and its root behind it.</param>
    /// <param name="key">Its key; null where the same file holds it.</param>
    /// <param name="roots">What clients' certificates must lead to; null asks for none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Is told of changes.</param>
    /// <exception cref="CryptographicException">A file holds something else, or certificate and key do not belong together.</exception>
    public CertificateFiles(string certificate, string? key, string? roots, TimeProvider time, Action<string>? log)
    {
        (_certificate, _key, _roots, _time, _log) = (certificate, key, roots, time, log);
        _stamp = Stamp();
        _loaded = Load();
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>Gets the roots of clients, as they are now, or null.</summary>
    internal X509Certificate2Collection? Roots => Current().Roots;

    /// <summary>Gets what a handshake shows.</summary>
    internal SslStreamCertificateContext Context => Current().Context;

    private Loaded Current()
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_lookedAt) >= s_period)
            {
                _lookedAt = _time.GetTimestamp();
                Renew();
            }

            return _loaded;
        }
    }

    private void Renew()
    {
        string stamp = Stamp();
        if (stamp == _stamp)
        {
            return;
        }

        // Also where it fails: the next change is tried again.
        _stamp = stamp;
        try
        {
            _loaded = Load();
            _log?.Invoke($"certificate was read anew: {_loaded.Context.TargetCertificate.Subject}, "
                + $"until {_loaded.Context.TargetCertificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC");
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            _log?.Invoke($"certificate stays as it was: {failure.Message}");
        }
    }

    private string Stamp()
    {
        var stamp = new System.Text.StringBuilder();
        foreach (string? path in new[] { _certificate, _key, _roots })
        {
            if (path is not null)
            {
                var file = new FileInfo(path);
                string? target = file.Exists ? file.ResolveLinkTarget(returnFinalTarget: true)?.FullName : null;
                stamp.Append(file.Exists ? $"{file.LastWriteTimeUtc.Ticks} {file.Length} {target}\n" : "-\n");
            }
        }

        return stamp.ToString();
    }

    private Loaded Load()
    {
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(_certificate, _key);
        // Through PKCS #12: a form of the key that all platforms' TLS takes.
        X509Certificate2 own = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificate);
        var between = new X509Certificate2Collection();
        foreach (X509Certificate2 certificate in chain)
        {
            if (certificate.Thumbprint != own.Thumbprint)
            {
                between.Add(certificate);
            }
        }

        X509Certificate2Collection? roots = null;
        if (_roots is not null)
        {
            roots = [];
            roots.ImportFromPemFile(_roots);
            if (roots.Count == 0)
            {
                throw new CryptographicException($"{_roots} holds no certificate.");
            }
        }

        return new Loaded(SslStreamCertificateContext.Create(own, between, offline: true), roots);
    }

    private sealed record Loaded(SslStreamCertificateContext Context, X509Certificate2Collection? Roots);
}
