"""Email by SMTP: RFC 5321 with STARTTLS and AUTH, one message a transaction."""
