"""The delivery office: what arrived, who carries it, what came back."""
