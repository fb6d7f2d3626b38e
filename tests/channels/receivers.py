"""What stands at the other end: an HTTP server and a mail server that answer as a case tells them to."""
import datetime
import http.server
import ipaddress
import logging
import pathlib
import ssl
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

logging.getLogger("mail.log").setLevel(logging.ERROR)  # It warns of what the cases want.


def make_certificate(folder):
    """A certificate for 127.0.0.1 and localhost that vouches for itself: what a person's own server has."""
    folder = pathlib.Path(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=400))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"),
                                                    x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256()))
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


class HttpReceiver:
    """Answers each path by the list in `answers` (a status, or a word below), then with 200. Keeps all it was sent.

    "hang": never answers. "lost": takes the request and closes without a word. "cut": closes in the middle of the
    answer's body. "redirect": sends the client to /elsewhere.
    """

    def __init__(self, context=None):
        self.answers, self.requests, self.released = {}, [], threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                script = receiver.answers.get(self.path, [])
                answer = script.pop(0) if script else 200
                receiver.requests.append((self.path, dict(self.headers.items()), body))
                if answer == "hang":
                    receiver.released.wait(30)
                    self.close_connection = True
                elif answer == "lost":
                    self.close_connection = True
                elif answer == "cut":
                    self.send_response(200)
                    self.send_header("Content-Length", "1000")
                    self.end_headers()
                    self.wfile.write(b"only this")
                    self.close_connection = True
                else:
                    self.send_response(302 if answer == "redirect" else answer)
                    if answer == "redirect":
                        self.send_header("Location", receiver.url("/elsewhere"))
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.scheme = "http"
        if context:
            self.scheme = "https"
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path):
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def at(self, path):
        """[(headers with names in lower case, body)] of what came to `path`."""
        return [({k.lower(): v for k, v in headers.items()}, body)
                for where, headers, body in list(self.requests) if where == path]

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


class Mailbox:
    """The handler of a mail server: keeps what it takes; `answers` by recipient are given first, each once."""

    def __init__(self):
        self.answers, self.mails = {}, []

    async def handle_RCPT(self, server, session, envelope, address, options):
        script = self.answers.get(address, [])
        if script:
            answer = script.pop(0)
            if not answer.startswith("250"):
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append({"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None,
                           "signed_in": session.authenticated, "text": envelope.content})
        return "250 taken"

    def to(self, address):
        return [mail for mail in list(self.mails) if address in mail["to"]]


def mail_server(mailbox, context, implicit, password="right"):
    """STARTTLS and a sign-in are demanded, or with `implicit` TLS from the first byte."""

    def sign_in(server, session, envelope, mechanism, data):
        right = data.login == b"daybook" and data.password == password.encode()
        return AuthResult(success=right, handled=right)  # What is not handled is refused by the server itself.

    options = {"hostname": "127.0.0.1", "port": 0, "authenticator": sign_in, "auth_required": True}
    if implicit:
        controller = SmtpController(mailbox, ssl_context=context, auth_require_tls=False, **options)
    else:
        controller = SmtpController(mailbox, tls_context=context, require_starttls=True, **options)
    controller.start()
    return controller


class SmtpController(Controller):
    """Takes the port that the system gives instead of one that was free a moment ago."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
