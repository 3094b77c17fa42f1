"""The machine of the recipient: news, answers, fraud reports, wishes."""
